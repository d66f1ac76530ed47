import type { CameraId } from '#domain/base/ids.ts';
import type { Hole } from '#domain/footage/run.ts';
import type { EventLog } from './event-log.ts';

/** Same as the watchdog's limit for missing frames (RC15). */
const LONG_STALL_US = 5_000_000;
const INTERVAL_US = 60_000_000;

/** RC30: logs stalls. Short ones, which a bad cable causes all day, at most once a minute. */
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
