/**
 * At most so many in any stretch of time: exactly, however they fall. Times are of a clock that is
 * never set back.
 */
export class SlidingWindowLimit {
	readonly #max: number;
	readonly #withinMs: number;
	readonly #atMs: number[] = [];

	constructor(max: number, withinMs: number) {
		this.#max = max;
		this.#withinMs = withinMs;
	}

	/** Whether there may be one more now. */
	allows(nowMs: number): boolean {
		while (this.#atMs[0] !== undefined && nowMs - this.#atMs[0] >= this.#withinMs)
			this.#atMs.shift();
		return this.#atMs.length < this.#max;
	}

	count(nowMs: number): void {
		this.#atMs.push(nowMs);
	}

	/** The last one was none. */
	undo(): void {
		this.#atMs.pop();
	}

	/** There was none for so long. */
	isIdle(nowMs: number): boolean {
		return this.allows(nowMs) && this.#atMs.length === 0;
	}
}
