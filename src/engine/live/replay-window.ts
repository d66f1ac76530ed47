import type { Bytes } from '#domain/base/bytes.ts';
import type { CameraId, RunId } from '#domain/base/ids.ts';
import { beginsWithKey, type LivePart } from '#domain/live/live-part.ts';
import type { OpenedPart } from '#engine/sealing/opener.ts';

type Open = (camera: CameraId, sealed: Bytes) => Promise<OpenedPart>;

/**
 * Opens the live parts of one camera for one watch. It lets only those through that the camera
 * signed in the run that it named (LV20, LV21), and none that is not newer than the last: whoever
 * carries them could give old ones again (LV8). After one that is missing it leaps to the next key
 * part.
 */
export class ReplayWindow {
	readonly #openPart: Open;
	readonly #camera: CameraId;
	#run: RunId | null = null;
	/** It does not come back to those. */
	readonly #pastRuns = new Set<RunId>();
	#seq = -1;
	/** A part is missing: frames that lean on it show nothing true. */
	#awaitsKey = true;
	#queue: Promise<unknown> = Promise.resolve();

	constructor(open: Open, camera: CameraId) {
		this.#openPart = open;
		this.#camera = camera;
	}

	/**
	 * What the camera says its parts are of now. `false`: it was left for another, and is not come
	 * back to.
	 */
	switchRun(run: RunId): boolean {
		if (run === this.#run) return true;
		if (this.#pastRuns.has(run)) return false;
		if (this.#run !== null) this.#pastRuns.add(this.#run);
		this.#run = run;
		this.#seq = -1;
		this.#awaitsKey = true;
		return true;
	}

	/** In the order of calls. `null`: an old one, or of another run. Throws what opening throws. */
	open(sealed: Bytes): Promise<LivePart | null> {
		const done = this.#queue.then(() => this.#open(sealed));
		this.#queue = done.catch(() => undefined);
		return done;
	}

	async #open(sealed: Bytes): Promise<LivePart | null> {
		const { runId, seq, part } = await this.#openPart(this.#camera, sealed);
		if (runId !== this.#run || seq <= this.#seq) return null;
		if (beginsWithKey(part)) this.#awaitsKey = false;
		else if (seq > this.#seq + 1) this.#awaitsKey = true;
		this.#seq = seq;
		return this.#awaitsKey && part.kind === 'frames' ? null : part;
	}
}
