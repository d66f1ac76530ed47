/** Exact sliding window: at most `max` events in any `withinMs`. Times are monotonic. */
export class SlidingWindowLimit {
	readonly #max: number;
	readonly #withinMs: number;
	readonly #atMs: number[] = [];

	constructor(max: number, withinMs: number) {
		this.#max = max;
		this.#withinMs = withinMs;
	}

	/** Whether one more event is allowed now. */
	allows(nowMs: number): boolean {
		while (this.#atMs[0] !== undefined && nowMs - this.#atMs[0] >= this.#withinMs)
			this.#atMs.shift();
		return this.#atMs.length < this.#max;
	}

	count(nowMs: number): void {
		this.#atMs.push(nowMs);
	}

	/** Uncounts the last event. */
	undo(): void {
		this.#atMs.pop();
	}

	/** No event within the window. */
	isIdle(nowMs: number): boolean {
		return this.allows(nowMs) && this.#atMs.length === 0;
	}
}
