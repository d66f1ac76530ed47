import { hexOf } from '#domain/base/bytes.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { Beside } from '#protocol/message.ts';
import { elapsedMs, momentOf, type Moment } from './moment.ts';

/** So long a nonce is good, from the moment it was made (LT7). */
const GOOD_MS = 15_000;
/** Letters to one device carry the same one so long. */
const SAME_MS = 3000;
/** What an act carries: a device may have several pages, each with nonces of its own. */
const MOST_HELD = 8;

interface Given extends Moment {
	readonly nonce: string;
}

interface Held {
	readonly nonce: string;
	readonly heardMs: number;
}

type Act = NonNullable<Beside['act']>;

/**
 * The nonces that this page gave to others, and those that it was given. They live in memory only:
 * a page that was loaded anew knows none, so nothing from before acts on it.
 */
export class Nonces {
	readonly #clock: Pick<Clock, 'wallMs' | 'monotonicMs'>;
	readonly #crypto: Pick<Crypto, 'random'>;
	readonly #given = new Map<DeviceId, readonly Given[]>();
	readonly #held = new Map<DeviceId, readonly Held[]>();
	/** By device, the acts that were carried out, and when. */
	readonly #done = new Map<DeviceId, Map<string, number>>();

	constructor(clock: Pick<Clock, 'wallMs' | 'monotonicMs'>, crypto: Pick<Crypto, 'random'>) {
		this.#clock = clock;
		this.#crypto = crypto;
	}

	/** One that this device may act with. */
	give(device: DeviceId): string {
		this.#forget();
		const mine = this.#given.get(device) ?? [];
		const newest = mine.at(-1);
		if (newest !== undefined && this.#age(newest) < SAME_MS) return newest.nonce;
		const nonce = hexOf(this.#crypto.random(16));
		this.#given.set(device, [...mine, { nonce, ...momentOf(this.#clock) }]);
		return nonce;
	}

	/** One that a device gave. */
	hear(device: DeviceId, nonce: string): void {
		const mine = this.#held.get(device) ?? [];
		if (mine.some((held) => held.nonce === nonce)) return;
		const heardMs = this.#clock.monotonicMs();
		this.#held.set(device, [...mine, { nonce, heardMs }].slice(-MOST_HELD));
	}

	/**
	 * What to act with until a moment of this clock. Between hearing a nonce and that moment less
	 * time passes here than between its making and the same moment there: so, once it is past here,
	 * it is past there.
	 */
	holding(device: DeviceId, untilMs: number): Act['nonces'] {
		const nowMs = this.#clock.monotonicMs();
		const good = (this.#held.get(device) ?? []).filter(({ heardMs }) => nowMs - heardMs < GOOD_MS);
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
	spend(device: DeviceId, { id, nonces }: Act): 'counts' | 'again' | 'stale' {
		this.#forget();
		const done = this.#done.get(device) ?? new Map<string, number>();
		if (done.has(id)) return 'again';
		const mine = this.#given.get(device) ?? [];
		const good = nonces.some(({ nonce, withinMs }) =>
			mine.some((given) => given.nonce === nonce && this.#age(given) < withinMs),
		);
		if (!good) return 'stale';
		done.set(id, this.#clock.monotonicMs());
		this.#done.set(device, done);
		return 'counts';
	}

	#age(given: Given): number {
		return elapsedMs(this.#clock, given);
	}

	/** Nonces that are good no more, and acts whose nonces all are. */
	#forget(): void {
		for (const [device, mine] of this.#given) {
			const good = mine.filter((given) => this.#age(given) <= GOOD_MS);
			if (good.length === 0) this.#given.delete(device);
			else if (good.length < mine.length) this.#given.set(device, good);
		}
		const nowMs = this.#clock.monotonicMs();
		for (const [device, done] of this.#done) {
			for (const [id, atMs] of done) if (nowMs - atMs > 2 * GOOD_MS) done.delete(id);
			if (done.size === 0) this.#done.delete(device);
		}
	}
}
