import { Serial } from '#domain/base/serial.ts';
import type { FaultKind } from '#domain/base/fault.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import type { Clock } from '#ports/device/clock.ts';
import { ACTION_TIMEOUT_MS } from '#engine/messaging/freshness-gate.ts';
import { elapsedMs, readClock } from '#engine/messaging/clock-reading.ts';

/** Per device, so that no device makes the camera forget another's outcomes. */
const MAX_OUTCOMES = 256;
/** Per device, so that no device delays the commands of others for long. */
const MAX_QUEUED = 4;

type CommandOutcome = 'waits' | 'begun' | { readonly fault: FaultKind | null };

/**
 * Runs commands one at a time and remembers the newest outcomes. Rules: docs/spec/live.md, LV13 and
 * LV26.
 */
export class CommandQueue {
	readonly #clock: Pick<Clock, 'wallMs' | 'monotonicMs'>;
	readonly #outcomes = new Map<DeviceId, Map<string, CommandOutcome>>();
	readonly #work = new Serial();

	constructor(clock: Pick<Clock, 'wallMs' | 'monotonicMs'>) {
		this.#clock = clock;
	}

	/**
	 * Runs `work` at most once per `id`. `done` gets the result, also when the work is never begun.
	 */
	enqueue(
		device: DeviceId,
		id: string,
		work: () => Promise<FaultKind | null>,
		done: (fault: FaultKind | null) => void,
	): void {
		const mine = this.#outcomes.get(device) ?? new Map<string, CommandOutcome>();
		this.#outcomes.set(device, mine);
		if (mine.has(id)) return;
		const end = (fault: FaultKind | null): void => {
			mine.set(id, { fault });
			const [oldest] = mine.keys();
			if (oldest !== undefined && mine.size > MAX_OUTCOMES) mine.delete(oldest);
			done(fault);
		};
		if ([...mine.values()].filter((outcome) => outcome === 'waits').length >= MAX_QUEUED) {
			end('conflict');
			return;
		}
		mine.set(id, 'waits');
		const queuedAt = readClock(this.#clock);
		void this.#work.run(async () => {
			const late = elapsedMs(this.#clock, queuedAt) >= ACTION_TIMEOUT_MS;
			if (late || mine.get(id) !== 'waits') {
				end('timeout');
				return;
			}
			mine.set(id, 'begun');
			end(await work());
		});
	}

	/**
	 * LT12. `undefined`: still running. A waiting command is cancelled, because its sender gave up.
	 */
	outcomeOf(device: DeviceId, id: string): FaultKind | null | undefined {
		const mine = this.#outcomes.get(device);
		const outcome = mine?.get(id);
		if (outcome === 'begun') return undefined;
		if (typeof outcome === 'object') return outcome.fault;
		if (outcome === 'waits') mine?.set(id, { fault: 'timeout' });
		return 'timeout';
	}
}
