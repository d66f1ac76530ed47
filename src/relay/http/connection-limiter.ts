import { clientKeyOf } from '#relay/base/address.ts';
import { TokenBucket } from '#domain/base/token-bucket.ts';

export interface ConnectionLimits {
	readonly socketsPerMinute: number;
	readonly socketsAtOnce: number;
}

/** After this many violations within a minute, an address is refused for a minute. */
const MAX_VIOLATIONS = 3;
const REFUSED_MS = 60_000;
/** Addresses remembered without an open socket. */
const MAX_CLIENTS = 10_000;

interface ClientRecord {
	readonly opened: TokenBucket;
	readonly offended: TokenBucket;
	open: number;
	refusedUntilMs: number;
}

/** Limits on sockets per address (RL7). */
export class ConnectionLimiter {
	readonly #limits: ConnectionLimits;
	readonly #clients = new Map<string, ClientRecord>();

	constructor(limits: ConnectionLimits) {
		this.#limits = limits;
	}

	/** Number of remembered addresses. */
	get size(): number {
		return this.#clients.size;
	}

	/** `false`: over a limit. Each `true` must be balanced by `leave`. */
	enter(address: string, nowMs: number): boolean {
		const client = this.#client(address, nowMs);
		if (nowMs < client.refusedUntilMs) return false;
		if (client.open >= this.#limits.socketsAtOnce || !client.opened.take(1, nowMs)) {
			this.countViolation(address, nowMs);
			return false;
		}
		client.open += 1;
		return true;
	}

	leave(address: string): void {
		const client = this.#clients.get(clientKeyOf(address));
		if (client) client.open -= 1;
	}

	/** Refunds the opening of a socket that authenticated. */
	proved(address: string): void {
		this.#clients.get(clientKeyOf(address))?.opened.refund(1);
	}

	/** A socket of this address was closed for exceeding a limit. */
	countViolation(address: string, nowMs: number): void {
		const client = this.#client(address, nowMs);
		if (!client.offended.take(1, nowMs)) client.refusedUntilMs = nowMs + REFUSED_MS;
	}

	/** Forgets addresses without open sockets whose buckets are full and that are not refused. */
	tidy(nowMs: number): void {
		for (const [key, client] of this.#clients) {
			const clean = nowMs >= client.refusedUntilMs && client.opened.isFull(nowMs);
			if (client.open === 0 && clean && client.offended.isFull(nowMs)) this.#clients.delete(key);
		}
	}

	#client(address: string, nowMs: number): ClientRecord {
		const key = clientKeyOf(address);
		let client = this.#clients.get(key);
		if (!client) {
			const { socketsPerMinute } = this.#limits;
			const opened = { perSecond: socketsPerMinute / 60, atOnce: socketsPerMinute };
			client = {
				opened: new TokenBucket(opened, nowMs),
				offended: new TokenBucket(
					{ perSecond: MAX_VIOLATIONS / 60, atOnce: MAX_VIOLATIONS },
					nowMs,
				),
				open: 0,
				refusedUntilMs: 0,
			};
			this.#forgetOne();
			this.#clients.set(key, client);
		}
		return client;
	}

	/** Forgets the oldest address without an open socket. */
	#forgetOne(): void {
		if (this.#clients.size < MAX_CLIENTS) return;
		for (const [key, { open }] of this.#clients) {
			if (open > 0) continue;
			this.#clients.delete(key);
			return;
		}
	}
}
