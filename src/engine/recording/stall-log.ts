import type { CameraId } from '#domain/base/ids.ts';
import type { Hole } from '#domain/footage/run.ts';
import type { EventLog } from './event-log.ts';

/** As long as it takes the watchdog to say that nothing comes. */
const LONG_STALL_US = 5_000_000;
const INTERVAL_US = 60_000_000;

/**
 * Writes down when no picture came; of short ones, which a bad cable makes all day, one a minute
 * (RC30).
 */
export class StallLog {
	readonly #eventLog: Pick<EventLog, 'add'>;
	#lastUs = -Infinity;

	constructor(eventLog: Pick<EventLog, 'add'>) {
		this.#eventLog = eventLog;
	}

	add(camera: CameraId, { startUs, endUs }: Hole): void {
		if (endUs - startUs < LONG_STALL_US && startUs - this.#lastUs < INTERVAL_US) return;
		this.#lastUs = endUs;
		this.#eventLog.add(camera, 'stalled', startUs, {}, endUs);
	}
}
