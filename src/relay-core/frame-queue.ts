/** Most frames that wait while one is handled. */
const MAX_FRAMES = 64;

/** Handles frames in order; those that need no asynchronous work, at once. */
export class FrameQueue<F> {
	readonly #handle: (frame: F) => Promise<void> | null;
	readonly #failed: (error: unknown) => void;
	readonly #waiting: F[] = [];
	/** Bytes received since it was last empty. */
	#bytes = 0;
	#busy = false;
	#over = false;
	#whenDone: (() => void) | null = null;

	/** @param handle returns `null` if it handled the frame synchronously */
	constructor(handle: (frame: F) => Promise<void> | null, failed: (error: unknown) => void) {
		this.#handle = handle;
		this.#failed = failed;
	}

	/** A frame is being handled. */
	get busy(): boolean {
		return this.#busy;
	}

	/** `false`: too many frames, or more than `maxBytes`, wait already. */
	add(frame: F, bytes: number, maxBytes: number): boolean {
		if (!this.#busy) {
			this.#begin(frame);
			return true;
		}
		this.#bytes += bytes;
		if (this.#waiting.length >= MAX_FRAMES || this.#bytes > maxBytes) return false;
		this.#waiting.push(frame);
		return true;
	}

	/** Drops what waits. The frame being handled is not interrupted. */
	stop(): void {
		this.#over = true;
		this.#waiting.length = 0;
	}

	/** Calls `done` once all that was added has been handled, or at once after `stop`. */
	finish(done: () => void): void {
		if (this.#busy && !this.#over) this.#whenDone = done;
		else done();
	}

	/** Returns `true` if the frame was handled synchronously. */
	#begin(frame: F): boolean {
		const work = this.#handle(frame);
		this.#busy = work !== null;
		void work?.catch(this.#failed).finally(() => this.#next());
		return work === null;
	}

	#next(): void {
		this.#busy = false;
		for (;;) {
			const frame = this.#waiting.shift();
			if (this.#waiting.length === 0) this.#bytes = 0;
			if (frame === undefined) break;
			if (!this.#begin(frame)) return;
		}
		this.#whenDone?.();
	}
}
