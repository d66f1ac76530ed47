import { TokenBucket } from '#domain/base/token-bucket.ts';

const TEXTS = { perSecond: 60, atOnce: 240 };
const PART_BYTES = { perSecond: 8_000_000, atOnce: 8_000_000 };
/** Minimum cost of a part: small ones take memory and time, too. */
const MIN_PART_BYTES = 4_096;

/** Rate limit of one device, shared by all its sockets (RL7). */
export interface DeviceRateLimit {
	takeText(nowMs: number): boolean;
	takePart(bytes: number, nowMs: number): boolean;
	/** Refunds one text frame. */
	giveBack(): void;
}

class BucketRateLimit implements DeviceRateLimit {
	readonly #texts: TokenBucket;
	readonly #parts: TokenBucket;

	constructor(nowMs: number) {
		this.#texts = new TokenBucket(TEXTS, nowMs);
		this.#parts = new TokenBucket(PART_BYTES, nowMs);
	}

	takeText(nowMs: number): boolean {
		return this.#texts.take(1, nowMs);
	}

	takePart(bytes: number, nowMs: number): boolean {
		return this.#parts.take(Math.max(bytes, MIN_PART_BYTES), nowMs);
	}

	giveBack(): void {
		this.#texts.refund(1);
	}

	isFull(nowMs: number): boolean {
		return this.#texts.isFull(nowMs) && this.#parts.isFull(nowMs);
	}
}

/** One limit per recently active device. Members only, so that strangers cannot add entries. */
export class DeviceRateLimits {
	readonly #all = new Map<string, BucketRateLimit>();

	/** To be looked up for each frame: `tidy` may have replaced the one a socket got earlier. */
	of(device: string, nowMs: number): DeviceRateLimit {
		let rateLimit = this.#all.get(device);
		if (!rateLimit) this.#all.set(device, (rateLimit = new BucketRateLimit(nowMs)));
		return rateLimit;
	}

	/** A full bucket equals a new one, so it can be dropped. */
	tidy(nowMs: number): void {
		for (const [device, rateLimit] of this.#all)
			if (rateLimit.isFull(nowMs)) this.#all.delete(device);
	}
}
