import type { CameraEvent } from '#domain/recording/event.ts';
import { isTechnical } from '#domain/recording/event-class.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Engine } from '#state/app/engine.ts';

/** Nearer to the playhead than this, an event is the one it is at. */
const HERE_MS = 1500;
/** Where footage is recorded, something changes each second. */
const SOON_MS = 10_000;
/** How many days a search for the next event looks at. */
const MAX_DAYS = 62;

/** Events of one camera on the day at the playhead. */
export class DayEvents {
	/** Oldest first. */
	events = $state.raw<readonly CameraEvent[]>([]);
	readonly #engine: Engine;
	#camera: CameraId | null = null;
	#dayMs = Number.NaN;
	#asked = 0;
	/** The event last gone to, and where that led: in a gap, to the footage after it. */
	#gone = { eventMs: Number.NaN, handMs: Number.NaN };
	#off: () => void = () => undefined;

	constructor(engine: Engine) {
		this.#engine = engine;
	}

	open(camera: CameraId): void {
		this.#camera = camera;
		const { eventLog, footage, clock } = this.#engine;
		const stopHere = eventLog.watch(() => void this.#read());
		let stopSoon: (() => void) | null = null;
		const stopElsewhere = footage.watch(() => {
			stopSoon ??= clock.after(SOON_MS, () => {
				stopSoon = null;
				void this.#read();
			});
		});
		this.#off = () => {
			stopHere();
			stopElsewhere();
			stopSoon?.();
		};
	}

	close(): void {
		this.#off();
		this.#camera = null;
	}

	/** Call when the playhead moves. */
	follow(ms: number): void {
		const { calendar } = this.#engine;
		const { year, month, day } = calendar.fieldsOf(ms);
		const dayMs = calendar.dayStart(year, month, day);
		if (dayMs === this.#dayMs) return;
		this.#dayMs = dayMs;
		void this.#read();
	}

	/**
	 * When the nearest event before (-1) or after (1) a moment begins, merely technical ones aside;
	 * `null`: there is none in the footage, or it cannot be read.
	 */
	async near(
		handMs: number,
		by: 1 | -1,
		{ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
	): Promise<number | null> {
		const { calendar, eventLog } = this.#engine;
		const camera = this.#camera;
		if (camera === null) return null;
		const gone = this.#gone;
		const atMs = Math.abs(handMs - gone.handMs) < HERE_MS ? gone.eventMs : handMs;
		const { year, month, day } = calendar.fieldsOf(atMs);
		for (let n = 0; n < MAX_DAYS; n += 1) {
			const dayMs = calendar.dayStart(year, month, day + n * by);
			const endMs = calendar.dayStart(year, month, day + n * by + 1);
			if (endMs <= fromMs || dayMs >= toMs) return null;
			try {
				const starts = (await eventLog.between(camera, dayMs * 1000, endMs * 1000))
					.filter((event) => !isTechnical(event))
					.map(({ startUs }) => startUs / 1000);
				const found =
					by === 1
						? starts.find((ms) => ms > atMs + HERE_MS && ms >= fromMs)
						: starts.findLast((ms) => ms < atMs - HERE_MS && ms >= fromMs);
				if (found !== undefined && found <= toMs) return found;
			} catch (error) {
				expectFault(error);
				return null;
			}
		}
		return null;
	}

	/** Call after going to an event, with where the playhead came to rest. */
	landed(eventMs: number, handMs: number): void {
		this.#gone = { eventMs, handMs };
	}

	async #read(): Promise<void> {
		const { calendar, eventLog } = this.#engine;
		const { year, month, day } = calendar.fieldsOf(this.#dayMs);
		if (this.#camera === null || Number.isNaN(this.#dayMs)) return;
		const asked = (this.#asked += 1);
		const endMs = calendar.dayStart(year, month, day + 1);
		try {
			const events = await eventLog.between(this.#camera, this.#dayMs * 1000, endMs * 1000);
			if (asked === this.#asked) this.events = events;
		} catch (error) {
			// The footage plays without events.
			expectFault(error);
		}
	}
}
