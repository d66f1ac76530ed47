/** How long the shortest delay counts: the two clocks drift apart. */
const WINDOW_MS = 20_000;

/**
 * Capture times of frames by our own clock. Timestamps and `performance.now` run at the same rate
 * from different origins, and deliveries are delayed at random, so the shortest delay seen gives
 * the offset.
 */
export class CaptureTimes {
	#minLag = Infinity;
	#previousMinLag = Infinity;
	#sinceMs = -Infinity;

	/** `stampUs`: timestamp of the frame; `nowMs`: when it arrived. */
	of(stampUs: number, nowMs: number): number {
		const stampMs = stampUs / 1000;
		const lag = nowMs - stampMs;
		if (nowMs - this.#sinceMs > WINDOW_MS) {
			this.#previousMinLag = this.#minLag;
			this.#minLag = lag;
			this.#sinceMs = nowMs;
		}
		this.#minLag = Math.min(this.#minLag, lag);
		return stampMs + Math.min(this.#minLag, this.#previousMinLag);
	}
}
