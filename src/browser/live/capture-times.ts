/** How long the quickest delivery is believed: the two clocks drift apart a little. */
const WINDOW_MS = 20_000;

/**
 * When frames were captured, by our own clock. A frame's stamp and `performance.now` run alike from
 * different origins; what differs by chance is the delivery, so the quickest one counts.
 */
export class CaptureTimes {
	#least = Infinity;
	#leastBefore = Infinity;
	#sinceMs = -Infinity;

	/** `stampUs`: the frame's own; `nowMs`: when it came. */
	of(stampUs: number, nowMs: number): number {
		const stampMs = stampUs / 1000;
		const lag = nowMs - stampMs;
		if (nowMs - this.#sinceMs > WINDOW_MS) {
			this.#leastBefore = this.#least;
			this.#least = lag;
			this.#sinceMs = nowMs;
		}
		this.#least = Math.min(this.#least, lag);
		return stampMs + Math.min(this.#least, this.#leastBefore);
	}
}
