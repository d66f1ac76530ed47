import { hexOf } from '#domain/base/bytes.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { MessageFreshness } from '#protocol/message.ts';
import { elapsedMs, readClock, type ClockReading } from './clock-reading.ts';

/** So long a nonce is good, from the moment it was made (LT7). */
const LIFETIME_MS = 15_000;
/** Letters to one device carry the same one so long. */
const REUSE_MS = 3000;
/** What an act carries: a device may have several pages, each with nonces of its own. */
const MAX_HELD = 8;

interface IssuedNonce extends ClockReading {
	readonly nonce: string;
}

interface HeldNonce {
	readonly nonce: string;
	readonly heardMs: number;
}

type ActionNonces = NonNullable<MessageFreshness['act']>;

/**
 * The nonces that this page gave to others, and those that it was given. They live in memory only:
 * a page that was loaded anew knows none, so nothing from before acts on it.
 */
export class NonceStore {
	readonly #clock: Pick<Clock, 'wallMs' | 'monotonicMs'>;
	readonly #crypto: Pick<Crypto, 'random'>;
	readonly #issued = new Map<DeviceId, readonly IssuedNonce[]>();
	readonly #held = new Map<DeviceId, readonly HeldNonce[]>();
	/** By device, the acts that were carried out, and when. */
	readonly #done = new Map<DeviceId, Map<string, number>>();

	constructor(clock: Pick<Clock, 'wallMs' | 'monotonicMs'>, crypto: Pick<Crypto, 'random'>) {
		this.#clock = clock;
		this.#crypto = crypto;
	}

	/** One that this device may act with. */
	issue(device: DeviceId): string {
		this.#removeExpired();
		const mine = this.#issued.get(device) ?? [];
		const newest = mine.at(-1);
		if (newest !== undefined && this.#age(newest) < REUSE_MS) return newest.nonce;
		const nonce = hexOf(this.#crypto.random(16));
		this.#issued.set(device, [...mine, { nonce, ...readClock(this.#clock) }]);
		return nonce;
	}

	/** One that a device gave. */
	receive(device: DeviceId, nonce: string): void {
		const mine = this.#held.get(device) ?? [];
		if (mine.some((held) => held.nonce === nonce)) return;
		const heardMs = this.#clock.monotonicMs();
		this.#held.set(device, [...mine, { nonce, heardMs }].slice(-MAX_HELD));
	}

	/**
	 * What to act with until a moment of this clock. Between hearing a nonce and that moment less
	 * time passes here than between its making and the same moment there: so, once it is past here,
	 * it is past there.
	 */
	noncesFor(device: DeviceId, untilMs: number): ActionNonces['nonces'] {
		const nowMs = this.#clock.monotonicMs();
		const good = (this.#held.get(device) ?? []).filter(
			({ heardMs }) => nowMs - heardMs < LIFETIME_MS,
		);
		if (good.length > 0) this.#held.set(device, good);
		else this.#held.delete(device);
		return good.map(({ nonce, heardMs }) => ({
			nonce,
			withinMs: Math.max(0, Math.floor(untilMs - heardMs)),
		}));
	}

	/**
	 * Whether an act of a device counts. `again`: it did before. No more are remembered than are
	 * heard (LT14).
	 */
	redeem(device: DeviceId, { id, nonces }: ActionNonces): 'counts' | 'again' | 'stale' {
		this.#removeExpired();
		const done = this.#done.get(device) ?? new Map<string, number>();
		if (done.has(id)) return 'again';
		const mine = this.#issued.get(device) ?? [];
		const good = nonces.some(({ nonce, withinMs }) =>
			mine.some((given) => given.nonce === nonce && this.#age(given) < withinMs),
		);
		if (!good) return 'stale';
		done.set(id, this.#clock.monotonicMs());
		this.#done.set(device, done);
		return 'counts';
	}

	#age(given: IssuedNonce): number {
		return elapsedMs(this.#clock, given);
	}

	/** Nonces that are good no more, and acts whose nonces all are. */
	#removeExpired(): void {
		for (const [device, mine] of this.#issued) {
			const good = mine.filter((given) => this.#age(given) <= LIFETIME_MS);
			if (good.length === 0) this.#issued.delete(device);
			else if (good.length < mine.length) this.#issued.set(device, good);
		}
		const nowMs = this.#clock.monotonicMs();
		for (const [device, done] of this.#done) {
			for (const [id, atMs] of done) if (nowMs - atMs > 2 * LIFETIME_MS) done.delete(id);
			if (done.size === 0) this.#done.delete(device);
		}
	}
}
