const FIRST_MS = 200;
const MAX_MS = 10_000;
const QUIET_MS = 60_000;

/** Exponential backoff before a child is restarted (RL1). */
export class Backoff {
	#failed = 0;

	/** `livedMs`: how long the child ran. */
	nextMs(livedMs: number): number {
		if (livedMs >= QUIET_MS) this.#failed = 0;
		const waitMs = Math.min(MAX_MS, FIRST_MS * 2 ** this.#failed);
		this.#failed += 1;
		return waitMs;
	}
}
