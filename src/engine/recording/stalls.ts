import type { CameraId } from '#domain/base/ids.ts';
import type { Hole } from '#domain/footage/run.ts';
import type { Happenings } from './happenings.ts';

/** As long as it takes the watchdog to say that nothing comes. */
const LONG_US = 5_000_000;
const APART_US = 60_000_000;

/**
 * Writes down when no picture came; of short ones, which a bad cable makes all day, one a minute
 * (RC30).
 */
export class Stalls {
	readonly #happenings: Pick<Happenings, 'note'>;
	#lastUs = -Infinity;

	constructor(happenings: Pick<Happenings, 'note'>) {
		this.#happenings = happenings;
	}

	noted(camera: CameraId, { startUs, endUs }: Hole): void {
		if (endUs - startUs < LONG_US && startUs - this.#lastUs < APART_US) return;
		this.#lastUs = endUs;
		this.#happenings.note(camera, 'stalled', startUs, {}, endUs);
	}
}
