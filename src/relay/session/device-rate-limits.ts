import { TokenBucket } from '#domain/base/token-bucket.ts';

const TEXTS = { perSecond: 60, atOnce: 240 };
const PART_BYTES = { perSecond: 8_000_000, atOnce: 8_000_000 };
/** What a part costs at least: small ones take room and time, too. */
const MIN_PART_BYTES = 4_096;

/** What a device may say, over all its sockets (RL7). */
export interface DeviceRateLimit {
	takeText(nowMs: number): boolean;
	takePart(bytes: number, nowMs: number): boolean;
	/** The last text cost nothing. */
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

/** One for each device that said something lately: members only, so that a stranger adds none. */
export class DeviceRateLimits {
	readonly #all = new Map<string, BucketRateLimit>();

	/** Looked up for each frame: what a socket kept would be another than its next sockets get. */
	of(device: string, nowMs: number): DeviceRateLimit {
		let rateLimit = this.#all.get(device);
		if (!rateLimit) this.#all.set(device, (rateLimit = new BucketRateLimit(nowMs)));
		return rateLimit;
	}

	/** Whoever has all of its share back is like one that never came. */
	tidy(nowMs: number): void {
		for (const [device, rateLimit] of this.#all)
			if (rateLimit.isFull(nowMs)) this.#all.delete(device);
	}
}
