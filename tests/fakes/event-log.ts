import type { EventDetail, EventKind } from '#domain/recording/event.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { EndEvent } from '#engine/recording/event-log.ts';
import type { Clock } from '#ports/device/clock.ts';

interface LoggedEvent extends EventDetail {
	readonly camera: CameraId;
	readonly kind: EventKind;
	readonly startMs: number;
	endMs: number | null;
}

/** Events written to the timeline, unsealed. */
export class MemoryEventLog {
	readonly all: LoggedEvent[] = [];
	readonly #clock: Pick<Clock, 'wallMs'>;

	constructor(clock: Pick<Clock, 'wallMs'>) {
		this.#clock = clock;
	}

	begin(camera: CameraId, kind: EventKind, _startUs?: number, detail: EventDetail = {}): EndEvent {
		const event: LoggedEvent = {
			camera,
			kind,
			...detail,
			startMs: this.#clock.wallMs(),
			endMs: null,
		};
		this.all.push(event);
		return () => {
			event.endMs = this.#clock.wallMs();
		};
	}
}
