import type { FaultKind } from '#domain/base/fault.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import type { Clock } from '#ports/device/clock.ts';
import { ACTION_TIMEOUT_MS } from '#engine/messaging/freshness-gate.ts';
import { elapsedMs, readClock } from '#engine/messaging/clock-reading.ts';

/** Of one device: nobody makes the camera forget what became of another's. */
const MAX_OUTCOMES = 256;
/** Of one device: nobody makes the orders of others wait for long. */
const MAX_QUEUED = 4;

type CommandOutcome = 'waits' | 'begun' | { readonly fault: FaultKind | null };

/**
 * Orders, one after the other, and what became of the newest. Rules: docs/spec/live.md, LV13 and
 * LV26.
 */
export class CommandQueue {
	readonly #clock: Pick<Clock, 'wallMs' | 'monotonicMs'>;
	readonly #outcomes = new Map<DeviceId, Map<string, CommandOutcome>>();
	#work: Promise<void> = Promise.resolve();

	constructor(clock: Pick<Clock, 'wallMs' | 'monotonicMs'>) {
		this.#clock = clock;
	}

	/** Once. `done` hears what came of it, also where it is not begun any more. */
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
		if ([...mine.values()].filter((became) => became === 'waits').length >= MAX_QUEUED) {
			end('conflict');
			return;
		}
		mine.set(id, 'waits');
		const came = readClock(this.#clock);
		this.#work = this.#work.then(async () => {
			const late = elapsedMs(this.#clock, came) >= ACTION_TIMEOUT_MS;
			if (late || mine.get(id) !== 'waits') {
				end('timeout');
				return;
			}
			mine.set(id, 'begun');
			end(await work());
		});
	}

	/**
	 * LT12. `undefined`: it is being carried out. One that waits still is given up: its sender did.
	 */
	outcomeOf(device: DeviceId, id: string): FaultKind | null | undefined {
		const mine = this.#outcomes.get(device);
		const became = mine?.get(id);
		if (became === 'begun') return undefined;
		if (typeof became === 'object') return became.fault;
		if (became === 'waits') mine?.set(id, { fault: 'timeout' });
		return 'timeout';
	}
}
