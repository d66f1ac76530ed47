import { clientKeyOf } from '#relay/base/address.ts';
import { TokenBucket } from '#domain/base/token-bucket.ts';

export interface ConnectionLimits {
	readonly socketsPerMinute: number;
	readonly socketsAtOnce: number;
}

/** An address that broke a limit so often in a minute is refused for one. */
const MAX_VIOLATIONS = 3;
const REFUSED_MS = 60_000;
/** Addresses that are remembered though nothing of them is open. */
const MAX_CLIENTS = 10_000;

interface ClientRecord {
	readonly opened: TokenBucket;
	readonly offended: TokenBucket;
	open: number;
	refusedUntilMs: number;
}

/** How many sockets an address may have (RL7). */
export class ConnectionLimiter {
	readonly #limits: ConnectionLimits;
	readonly #clients = new Map<string, ClientRecord>();

	constructor(limits: ConnectionLimits) {
		this.#limits = limits;
	}

	/** Addresses that it knows something of. */
	get size(): number {
		return this.#clients.size;
	}

	/** `false`: too many. Whoever was let in is given back with `leave`. */
	enter(address: string, nowMs: number): boolean {
		const visitor = this.#client(address, nowMs);
		if (nowMs < visitor.refusedUntilMs) return false;
		if (visitor.open >= this.#limits.socketsAtOnce || !visitor.opened.take(1, nowMs)) {
			this.countViolation(address, nowMs);
			return false;
		}
		visitor.open += 1;
		return true;
	}

	leave(address: string): void {
		const visitor = this.#clients.get(clientKeyOf(address));
		if (visitor) visitor.open -= 1;
	}

	/** A socket of this address proved itself: it counts no more among those that were opened. */
	proved(address: string): void {
		this.#clients.get(clientKeyOf(address))?.opened.refund(1);
	}

	/** A socket of this address was closed for being too much. */
	countViolation(address: string, nowMs: number): void {
		const visitor = this.#client(address, nowMs);
		if (!visitor.offended.take(1, nowMs)) visitor.refusedUntilMs = nowMs + REFUSED_MS;
	}

	/** Forgets who is gone and has nothing against its name. */
	tidy(nowMs: number): void {
		for (const [key, visitor] of this.#clients) {
			const clean = nowMs >= visitor.refusedUntilMs && visitor.opened.isFull(nowMs);
			if (visitor.open === 0 && clean && visitor.offended.isFull(nowMs)) this.#clients.delete(key);
		}
	}

	#client(address: string, nowMs: number): ClientRecord {
		const key = clientKeyOf(address);
		let visitor = this.#clients.get(key);
		if (!visitor) {
			const { socketsPerMinute } = this.#limits;
			const opened = { perSecond: socketsPerMinute / 60, atOnce: socketsPerMinute };
			visitor = {
				opened: new TokenBucket(opened, nowMs),
				offended: new TokenBucket(
					{ perSecond: MAX_VIOLATIONS / 60, atOnce: MAX_VIOLATIONS },
					nowMs,
				),
				open: 0,
				refusedUntilMs: 0,
			};
			this.#forgetOne();
			this.#clients.set(key, visitor);
		}
		return visitor;
	}

	/** The one that came first of those that are gone. */
	#forgetOne(): void {
		if (this.#clients.size < MAX_CLIENTS) return;
		for (const [key, { open }] of this.#clients) {
			if (open > 0) continue;
			this.#clients.delete(key);
			return;
		}
	}
}
