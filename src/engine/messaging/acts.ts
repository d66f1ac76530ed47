import { hexOf } from '#domain/base/bytes.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { Vault } from '#ports/keys/vault.ts';
import {
	DOES,
	type Acting,
	type Counted,
	type Message,
	type Said,
	type Telling,
} from '#protocol/message.ts';
import { elapsedMs, momentOf, type Moment } from './moment.ts';
import { Nonces } from './nonces.ts';
import type { Sender, Sent } from './post.ts';
import { Rates } from './rates.ts';

/**
 * So long after it was asked for an act may be carried out: after it, nobody carries it out any
 * more.
 */
export const ACT_MS = 5000;
/** A device may have four tabs, and each may want a nonce of its own. */
const MOST_TRIES = 5;
const MOST_PENDING = 256;
/**
 * Letters of one device that are heard: what answers them stays far below what a relay takes from
 * this one (LT14).
 */
const HEARD = { perSecond: 10, atOnce: 200 };

export interface ActTools {
	readonly clock: Pick<Clock, 'wallMs' | 'monotonicMs' | 'after'>;
	readonly crypto: Pick<Crypto, 'random'>;
	readonly vault: Pick<Vault, 'nextCounter' | 'raiseCounter'>;
}

type Carry = (to: DeviceId, said: Said, keepSeconds: number) => Promise<Sent>;

interface Pending {
	readonly to: DeviceId;
	readonly message: Acting;
	readonly begun: Moment;
	tries: number;
}

/**
 * The one gate between letters and what they do: all that goes out gets what makes it fresh here,
 * and of all that comes in only what is fresh gets further. Rules: docs/spec/letters.md, "What
 * acts".
 */
export class Acts {
	readonly #tools: ActTools;
	readonly #carry: Carry;
	readonly #nonces: Nonces;
	readonly #heard: Rates;
	readonly #pending = new Map<string, Pending>();

	constructor(tools: ActTools, carry: Carry) {
		this.#tools = tools;
		this.#carry = carry;
		this.#nonces = new Nonces(tools.clock, tools.crypto);
		this.#heard = new Rates(tools.clock, HEARD);
	}

	tell(to: DeviceId, message: Telling, keepSeconds: number): Promise<Sent> {
		return this.#carry(to, { message, beside: { nonce: this.#nonces.give(to) } }, keepSeconds);
	}

	/** It is carried out within `ACT_MS`, or not at all. */
	act(to: DeviceId, message: Acting): Promise<Sent> {
		const { clock, crypto } = this.#tools;
		const id = hexOf(crypto.random(16));
		const pending = { to, message, begun: momentOf(clock), tries: 0 };
		const [oldest] = this.#pending.keys();
		if (oldest !== undefined && this.#pending.size >= MOST_PENDING) this.#pending.delete(oldest);
		this.#pending.set(id, pending);
		clock.after(ACT_MS, () => this.#pending.delete(id));
		return this.#write(id, pending);
	}

	/** Throws what the vault throws: a number that is not kept is not used. */
	async leave(to: DeviceId, message: Counted, keepSeconds: number): Promise<Sent> {
		const count = await this.#tools.vault.nextCounter();
		const beside = { nonce: this.#nonces.give(to), count };
		return this.#carry(to, { message, beside }, keepSeconds);
	}

	/** `null`: it goes no further. Throws what the vault throws: then it may be read again. */
	async hear({ message, beside }: Said, { device }: Sender): Promise<Message | null> {
		const does = DOES[message.t];
		// What may wait is not lost: it costs no answer.
		if (does !== 'counted' && !this.#heard.take(device)) return null;
		if (beside.nonce !== undefined) this.#nonces.hear(device, beside.nonce);
		if (message.t === 'stale') {
			this.#again(device, message.id);
			return null;
		}
		if (does === 'acts') {
			if (beside.act === undefined) return null;
			const spent = this.#nonces.spend(device, beside.act);
			if (spent === 'stale') void this.tell(device, { t: 'stale', id: beside.act.id }, 0);
			return spent === 'counts' ? message : null;
		}
		if (does !== 'counted') return message;
		const { count } = beside;
		const higher = count !== undefined && (await this.#tools.vault.raiseCounter(device, count));
		return higher ? message : null;
	}

	#again(device: DeviceId, id: string): void {
		const pending = this.#pending.get(id);
		if (pending?.to !== device || pending.tries >= MOST_TRIES) return;
		if (elapsedMs(this.#tools.clock, pending.begun) < ACT_MS) void this.#write(id, pending);
	}

	#write(id: string, pending: Pending): Promise<Sent> {
		pending.tries += 1;
		const { to, message, begun } = pending;
		const act = { id, nonces: this.#nonces.holding(to, begun.monotonicMs + ACT_MS) };
		return this.#carry(to, { message, beside: { nonce: this.#nonces.give(to), act } }, 0);
	}
}
