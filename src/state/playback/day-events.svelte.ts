import type { CameraEvent } from '#domain/recording/event.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Engine } from '#state/app/engine.ts';

/** Events of one camera on the day at the playhead. */
export class DayEvents {
	/** Oldest first. */
	events = $state.raw<readonly CameraEvent[]>([]);
	readonly #engine: Engine;
	#camera: CameraId | null = null;
	#dayMs = Number.NaN;
	#asked = 0;
	#off: () => void = () => undefined;

	constructor(engine: Engine) {
		this.#engine = engine;
	}

	open(camera: CameraId): void {
		this.#camera = camera;
		this.#off = this.#engine.eventLog.watch(() => void this.#read());
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
