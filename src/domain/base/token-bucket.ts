/** Token bucket: sustained rate and burst. */
export interface Rate {
	readonly perSecond: number;
	readonly atOnce: number;
}

/** Time is an argument, in ms of a monotonic clock. */
export class TokenBucket {
	readonly #rate: Rate;
	#left: number;
	#atMs: number;

	constructor(rate: Rate, nowMs: number) {
		this.#rate = rate;
		this.#left = rate.atOnce;
		this.#atMs = nowMs;
	}

	/** All or nothing. */
	take(amount: number, nowMs: number): boolean {
		this.#fill(nowMs);
		if (this.#left < amount) return false;
		this.#left -= amount;
		return true;
	}

	refund(amount: number): void {
		this.#left = Math.min(this.#rate.atOnce, this.#left + amount);
	}

	/** Idle for so long that it equals a new one. */
	isFull(nowMs: number): boolean {
		this.#fill(nowMs);
		return this.#left === this.#rate.atOnce;
	}

	#fill(nowMs: number): void {
		const grown = ((nowMs - this.#atMs) / 1000) * this.#rate.perSecond;
		this.#left = Math.min(this.#rate.atOnce, this.#left + Math.max(0, grown));
		this.#atMs = nowMs;
	}
}
