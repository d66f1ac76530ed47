import { personOf } from '#relay/base/address.ts';
import { TokenBucket } from '#domain/base/token-bucket.ts';

export interface GateLimits {
	readonly socketsPerMinute: number;
	readonly socketsAtOnce: number;
}

/** An address that broke a limit so often in a minute is refused for one. */
const OFFENCES = 3;
const REFUSED_MS = 60_000;
/** Addresses that are remembered though nothing of them is open. */
const MAX_VISITORS = 10_000;

interface Visitor {
	readonly opened: TokenBucket;
	readonly offended: TokenBucket;
	open: number;
	refusedUntilMs: number;
}

/** How many sockets an address may have (RL7). */
export class Gate {
	readonly #limits: GateLimits;
	readonly #visitors = new Map<string, Visitor>();

	constructor(limits: GateLimits) {
		this.#limits = limits;
	}

	/** Addresses that it knows something of. */
	get size(): number {
		return this.#visitors.size;
	}

	/** `false`: too many. Whoever was let in is given back with `leave`. */
	enter(address: string, nowMs: number): boolean {
		const visitor = this.#visitor(address, nowMs);
		if (nowMs < visitor.refusedUntilMs) return false;
		if (visitor.open >= this.#limits.socketsAtOnce || !visitor.opened.take(1, nowMs)) {
			this.offend(address, nowMs);
			return false;
		}
		visitor.open += 1;
		return true;
	}

	leave(address: string): void {
		const visitor = this.#visitors.get(personOf(address));
		if (visitor) visitor.open -= 1;
	}

	/** A socket of this address proved itself: it counts no more among those that were opened. */
	proved(address: string): void {
		this.#visitors.get(personOf(address))?.opened.refund(1);
	}

	/** A socket of this address was closed for being too much. */
	offend(address: string, nowMs: number): void {
		const visitor = this.#visitor(address, nowMs);
		if (!visitor.offended.take(1, nowMs)) visitor.refusedUntilMs = nowMs + REFUSED_MS;
	}

	/** Forgets who is gone and has nothing against its name. */
	tidy(nowMs: number): void {
		for (const [key, visitor] of this.#visitors) {
			const clean = nowMs >= visitor.refusedUntilMs && visitor.opened.isFull(nowMs);
			if (visitor.open === 0 && clean && visitor.offended.isFull(nowMs)) this.#visitors.delete(key);
		}
	}

	#visitor(address: string, nowMs: number): Visitor {
		const key = personOf(address);
		let visitor = this.#visitors.get(key);
		if (!visitor) {
			const { socketsPerMinute } = this.#limits;
			const opened = { perSecond: socketsPerMinute / 60, atOnce: socketsPerMinute };
			visitor = {
				opened: new TokenBucket(opened, nowMs),
				offended: new TokenBucket({ perSecond: OFFENCES / 60, atOnce: OFFENCES }, nowMs),
				open: 0,
				refusedUntilMs: 0,
			};
			this.#forgetOne();
			this.#visitors.set(key, visitor);
		}
		return visitor;
	}

	/** The one that came first of those that are gone. */
	#forgetOne(): void {
		if (this.#visitors.size < MAX_VISITORS) return;
		for (const [key, { open }] of this.#visitors) {
			if (open > 0) continue;
			this.#visitors.delete(key);
			return;
		}
	}
}
