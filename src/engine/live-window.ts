import type { Bytes } from '#domain/bytes.ts';
import type { CameraId, RunId } from '#domain/ids.ts';
import { beginsWithKey, capturedIn, type LivePart } from '#domain/live-part.ts';
import type { OpenedPart } from './open.ts';

type Open = (camera: CameraId, sealed: Bytes) => Promise<OpenedPart>;

/**
 * Opens the live parts of one camera for one watch, and lets none through that is not newer than the last: whoever
 * carries them could give old ones again (LV8).
 * After one that is missing it leaps to the next key part. One for each watch: what a relay kept from an earlier run
 * shows its age by the camera's clock.
 */
export class LiveWindow {
	readonly #openPart: Open;
	readonly #camera: CameraId;
	#runId: RunId | null = null;
	#seq = -1;
	#capturedUs = -1;
	/** A part is missing: frames that lean on it show nothing true. */
	#leaps = false;
	#queue: Promise<unknown> = Promise.resolve();

	constructor(open: Open, camera: CameraId) {
		this.#openPart = open;
		this.#camera = camera;
	}

	/** In the order of calls. `null`: an old one. Throws what opening throws. */
	open(sealed: Bytes): Promise<LivePart | null> {
		const done = this.#queue.then(() => this.#open(sealed));
		this.#queue = done.catch(() => undefined);
		return done;
	}

	async #open(sealed: Bytes): Promise<LivePart | null> {
		const { runId, seq, part } = await this.#openPart(this.#camera, sealed);
		const capturedUs = capturedIn(part).lastUs;
		const newer = runId === this.#runId ? seq > this.#seq : capturedUs > this.#capturedUs;
		if (!newer) return null;
		if (beginsWithKey(part) || runId !== this.#runId) this.#leaps = false;
		else if (seq > this.#seq + 1) this.#leaps = true;
		this.#runId = runId;
		this.#seq = seq;
		this.#capturedUs = Math.max(this.#capturedUs, capturedUs);
		return this.#leaps && part.kind === 'frames' ? null : part;
	}
}
