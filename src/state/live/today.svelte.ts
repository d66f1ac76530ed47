import { expectFault } from '#domain/base/fault.ts';
import type { CameraEvent } from '#domain/recording/event.ts';
import type { Engine } from '#state/app/engine.ts';

/** How often it is looked whether a new day has begun. */
const POLL_MS = 60_000;

type TodayTools = Pick<Engine, 'calendar' | 'clock' | 'cameras' | 'eventLog'>;

/** What happened today at the cameras of this device. */
export class Today {
	/** Newest first. */
	events = $state.raw<readonly CameraEvent[]>([]);
	readonly #engine: TodayTools;
	#asked = 0;
	#unsubscribers: readonly (() => void)[] = [];

	constructor(engine: TodayTools) {
		this.#engine = engine;
	}

	open(): void {
		const read = (): void => void this.#read();
		const { clock, cameras, eventLog } = this.#engine;
		this.#unsubscribers = [eventLog.watch(read), cameras.on(read), clock.every(POLL_MS, read)];
		read();
	}

	close(): void {
		for (const off of this.#unsubscribers) off();
	}

	async #read(): Promise<void> {
		const { calendar, clock, cameras, eventLog } = this.#engine;
		const asked = (this.#asked += 1);
		const { year, month, day } = calendar.fieldsOf(clock.wallMs());
		const [fromMs, toMs] = [
			calendar.dayStart(year, month, day),
			calendar.dayStart(year, month, day + 1),
		];
		const ids = cameras.all.flatMap(({ number }) => cameras.idOf(number) ?? []);
		try {
			const found = await Promise.all(
				ids.map((id) => eventLog.between(id, fromMs * 1000, toMs * 1000)),
			);
			if (asked !== this.#asked) return;
			this.events = found.flat().toSorted((a, b) => b.startUs - a.startUs);
		} catch (error) {
			// The wall stands without them.
			expectFault(error);
		}
	}
}
