import { Serial } from '#domain/base/serial.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import type { CameraId, RunId } from '#domain/base/ids.ts';
import { beginsWithKey, type LivePart } from '#domain/live/live-part.ts';
import type { OpenedPart } from '#engine/sealing/opener.ts';

type Open = (camera: CameraId, sealed: Bytes) => Promise<OpenedPart>;

/**
 * Opens one camera's live parts for one view. Rejects parts that the camera did not sign (LV20),
 * that belong to another run than the one it named (LV21), or that are not newer than the last one:
 * the carrier could replay them (LV8). After a missing part it skips to the next key part.
 */
export class ReplayWindow {
	readonly #openPart: Open;
	readonly #camera: CameraId;
	#run: RunId | null = null;
	/** Runs that were left are never accepted again. */
	readonly #pastRuns = new Set<RunId>();
	#seq = -1;
	/** A part is missing: frames that depend on it would decode wrongly. */
	#awaitsKey = true;
	readonly #serial = new Serial();

	constructor(open: Open, camera: CameraId) {
		this.#openPart = open;
		this.#camera = camera;
	}

	/** Sets the run that the camera named. `false`: a past run, rejected. */
	switchRun(run: RunId): boolean {
		if (run === this.#run) return true;
		if (this.#pastRuns.has(run)) return false;
		if (this.#run !== null) this.#pastRuns.add(this.#run);
		this.#run = run;
		this.#seq = -1;
		this.#awaitsKey = true;
		return true;
	}

	/**
	 * Calls are served in order. `null`: an old part, or one of another run. Throws what opening
	 * throws.
	 */
	open(sealed: Bytes): Promise<LivePart | null> {
		return this.#serial.run(() => this.#open(sealed));
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
