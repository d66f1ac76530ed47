import { TokenBucket, type Rate } from '#domain/base/token-bucket.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import type { Clock } from '#ports/device/clock.ts';

/** One token bucket per sender. */
export class SenderRateLimiter {
	readonly #clock: Pick<Clock, 'monotonicMs'>;
	readonly #rate: Rate;
	readonly #buckets = new Map<DeviceId, TokenBucket>();

	constructor(clock: Pick<Clock, 'monotonicMs'>, rate: Rate) {
		this.#clock = clock;
		this.#rate = rate;
	}

	take(device: DeviceId): boolean {
		const nowMs = this.#clock.monotonicMs();
		for (const [known, bucket] of this.#buckets)
			if (known !== device && bucket.isFull(nowMs)) this.#buckets.delete(known);
		const bucket = this.#buckets.get(device) ?? new TokenBucket(this.#rate, nowMs);
		this.#buckets.set(device, bucket);
		return bucket.take(1, nowMs);
	}
}
