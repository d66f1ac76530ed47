import { hexOf } from '#domain/base/bytes.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { MessageFreshness } from '#protocol/message.ts';
import { elapsedMs, readClock, type ClockReading } from './clock-reading.ts';

/** Validity of a nonce, from when it was made (LT7). */
const LIFETIME_MS = 15_000;
/** Messages to one device carry the same nonce for this long. */
const REUSE_MS = 3000;
/** Nonces per action: a device may have several pages, each with nonces of its own. */
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
 * Nonces that this page issued and received. Kept in memory only: after a reload none is valid, so
 * nothing sent to the page before can act on it.
 */
export class NonceStore {
	readonly #clock: Pick<Clock, 'wallMs' | 'monotonicMs'>;
	readonly #crypto: Pick<Crypto, 'random'>;
	readonly #issued = new Map<DeviceId, readonly IssuedNonce[]>();
	readonly #held = new Map<DeviceId, readonly HeldNonce[]>();
	/** Actions carried out, by device and id, with the time. */
	readonly #done = new Map<DeviceId, Map<string, number>>();

	constructor(clock: Pick<Clock, 'wallMs' | 'monotonicMs'>, crypto: Pick<Crypto, 'random'>) {
		this.#clock = clock;
		this.#crypto = crypto;
	}

	/** A nonce with which `device` may act on this page. */
	issue(device: DeviceId): string {
		this.#removeExpired();
		const mine = this.#issued.get(device) ?? [];
		const newest = mine.at(-1);
		if (newest !== undefined && this.#age(newest) < REUSE_MS) return newest.nonce;
		const nonce = hexOf(this.#crypto.random(16));
		this.#issued.set(device, [...mine, { nonce, ...readClock(this.#clock) }]);
		return nonce;
	}

	receive(device: DeviceId, nonce: string): void {
		const mine = this.#held.get(device) ?? [];
		if (mine.some((held) => held.nonce === nonce)) return;
		const heardMs = this.#clock.monotonicMs();
		this.#held.set(device, [...mine, { nonce, heardMs }].slice(-MAX_HELD));
	}

	/**
	 * Nonces for an action that this device gives up at `untilMs` (monotonic). Less time passes
	 * between receiving a nonce and that moment than between issuing it and the same moment: once the
	 * deadline has passed here, it has passed at the reader too.
	 */
	noncesFor(device: DeviceId, untilMs: number): ActionNonces['nonces'] {
		const nowMs = this.#clock.monotonicMs();
		const valid = (this.#held.get(device) ?? []).filter(
			({ heardMs }) => nowMs - heardMs < LIFETIME_MS,
		);
		if (valid.length > 0) this.#held.set(device, valid);
		else this.#held.delete(device);
		return valid.map(({ nonce, heardMs }) => ({
			nonce,
			withinMs: Math.max(0, Math.floor(untilMs - heardMs)),
		}));
	}

	/**
	 * `again`: the same action counted before. The rate limit bounds how many are remembered (LT14).
	 */
	redeem(device: DeviceId, { id, nonces }: ActionNonces): 'counts' | 'again' | 'stale' {
		this.#removeExpired();
		const done = this.#done.get(device) ?? new Map<string, number>();
		if (done.has(id)) return 'again';
		const mine = this.#issued.get(device) ?? [];
		const valid = nonces.some(({ nonce, withinMs }) =>
			mine.some((issued) => issued.nonce === nonce && this.#age(issued) < withinMs),
		);
		if (!valid) return 'stale';
		done.set(id, this.#clock.monotonicMs());
		this.#done.set(device, done);
		return 'counts';
	}

	#age(issued: IssuedNonce): number {
		return elapsedMs(this.#clock, issued);
	}

	/** Drops expired nonces, and actions all of whose nonces have expired. */
	#removeExpired(): void {
		for (const [device, mine] of this.#issued) {
			const valid = mine.filter((issued) => this.#age(issued) <= LIFETIME_MS);
			if (valid.length === 0) this.#issued.delete(device);
			else if (valid.length < mine.length) this.#issued.set(device, valid);
		}
		const nowMs = this.#clock.monotonicMs();
		for (const [device, done] of this.#done) {
			for (const [id, atMs] of done) if (nowMs - atMs > 2 * LIFETIME_MS) done.delete(id);
			if (done.size === 0) this.#done.delete(device);
		}
	}
}
