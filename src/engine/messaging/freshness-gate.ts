import { hexOf } from '#domain/base/bytes.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { Vault } from '#ports/keys/vault.ts';
import {
	MESSAGE_EFFECTS,
	type ActionMessage,
	type CountedMessage,
	type Message,
	type MessageBody,
	type NoticeMessage,
} from '#protocol/message.ts';
import { elapsedMs, readClock, type ClockReading } from './clock-reading.ts';
import { NonceStore } from './nonce-store.ts';
import type { Sender, Delivery } from './messenger.ts';
import { SenderRateLimiter } from './sender-rate-limiter.ts';

/** An action is carried out within this time of being requested, or not at all. */
export const ACTION_TIMEOUT_MS = 5000;
/** A device may have four tabs open, each of which wants a nonce of its own. */
const MAX_TRIES = 5;
const MAX_PENDING = 256;
/**
 * Messages accepted per sender: low enough that answering them stays far below the relay's own
 * limit for this device (LT14).
 */
const RECEIVE_RATE = { perSecond: 10, atOnce: 200 };

export interface FreshnessGateTools {
	readonly clock: Pick<Clock, 'wallMs' | 'monotonicMs' | 'after'>;
	readonly crypto: Pick<Crypto, 'random'>;
	readonly vault: Pick<Vault, 'nextCounter' | 'raiseCounter'>;
}

type SendBody = (to: DeviceId, body: MessageBody, keepSeconds: number) => Promise<Delivery>;

interface PendingAction {
	readonly to: DeviceId;
	readonly message: ActionMessage;
	readonly begun: ClockReading;
	tries: number;
}

/**
 * The single gate between messages and their effects: adds freshness data to everything sent, and
 * passes on only what is fresh. Rules: docs/spec/letters.md, "Messages that act".
 */
export class FreshnessGate {
	readonly #tools: FreshnessGateTools;
	readonly #sendBody: SendBody;
	readonly #nonces: NonceStore;
	readonly #receiveRate: SenderRateLimiter;
	readonly #pending = new Map<string, PendingAction>();

	constructor(tools: FreshnessGateTools, sendBody: SendBody) {
		this.#tools = tools;
		this.#sendBody = sendBody;
		this.#nonces = new NonceStore(tools.clock, tools.crypto);
		this.#receiveRate = new SenderRateLimiter(tools.clock, RECEIVE_RATE);
	}

	sendNotice(to: DeviceId, message: NoticeMessage, keepSeconds: number): Promise<Delivery> {
		return this.#sendBody(to, { message, beside: { nonce: this.#nonces.issue(to) } }, keepSeconds);
	}

	/** Carried out within `ACTION_TIMEOUT_MS`, or not at all. */
	sendAction(to: DeviceId, message: ActionMessage): Promise<Delivery> {
		const { clock, crypto } = this.#tools;
		const id = hexOf(crypto.random(16));
		const pending = { to, message, begun: readClock(clock), tries: 0 };
		const [oldest] = this.#pending.keys();
		if (oldest !== undefined && this.#pending.size >= MAX_PENDING) this.#pending.delete(oldest);
		this.#pending.set(id, pending);
		clock.after(ACTION_TIMEOUT_MS, () => this.#pending.delete(id));
		return this.#write(id, pending);
	}

	/** Throws what the vault throws: a counter value that could not be stored is not used. */
	async sendCounted(to: DeviceId, message: CountedMessage, keepSeconds: number): Promise<Delivery> {
		const count = await this.#tools.vault.nextCounter();
		const beside = { nonce: this.#nonces.issue(to), count };
		return this.#sendBody(to, { message, beside }, keepSeconds);
	}

	/** `null`: dropped. Throws what the vault throws; the message may then be read again. */
	async receive({ message, beside }: MessageBody, { device }: Sender): Promise<Message | null> {
		const effect = MESSAGE_EFFECTS[message.t];
		// Exempt because it may have waited at the relay, and it causes no answer.
		if (effect !== 'counted' && !this.#receiveRate.take(device)) return null;
		if (beside.nonce !== undefined) this.#nonces.receive(device, beside.nonce);
		if (message.t === 'stale') {
			this.#retry(device, message.id);
			return null;
		}
		if (effect === 'acts') {
			if (beside.act === undefined) return null;
			const spent = this.#nonces.redeem(device, beside.act);
			if (spent === 'stale') void this.sendNotice(device, { t: 'stale', id: beside.act.id }, 0);
			return spent === 'counts' ? message : null;
		}
		if (effect !== 'counted') return message;
		const { count } = beside;
		const higher = count !== undefined && (await this.#tools.vault.raiseCounter(device, count));
		return higher ? message : null;
	}

	#retry(device: DeviceId, id: string): void {
		const pending = this.#pending.get(id);
		if (pending?.to !== device || pending.tries >= MAX_TRIES) return;
		if (elapsedMs(this.#tools.clock, pending.begun) < ACTION_TIMEOUT_MS)
			void this.#write(id, pending);
	}

	#write(id: string, pending: PendingAction): Promise<Delivery> {
		pending.tries += 1;
		const { to, message, begun } = pending;
		const act = { id, nonces: this.#nonces.noncesFor(to, begun.monotonicMs + ACTION_TIMEOUT_MS) };
		return this.#sendBody(to, { message, beside: { nonce: this.#nonces.issue(to), act } }, 0);
	}
}
