/** A decoded mDNS record; the shape of `data` depends on the type. */
export interface MdnsRecord {
	readonly name: string;
	readonly type: string;
	readonly ttl?: number;
	readonly data?: unknown;
}

/** The service type all relays announce (RFC 6763). */
export const SERVICE = '_https._tcp.local';
const MAX_SUFFIX = 99;

/** A name in the local network that another host answers to. */
export interface OtherHost {
	readonly name: string;
	/** Tie-breaker between relays; '' for other hosts, which always keep their name. */
	readonly id: string;
}

/** Identifies this relay's own answers. */
export interface OwnService {
	/** Service instance name, ending in `SERVICE`. */
	readonly service: string;
	readonly addresses: readonly string[];
}

/** The other hosts that an mDNS answer names. */
export function othersIn(records: readonly MdnsRecord[], self: OwnService): OtherHost[] {
	const living = records.filter(({ ttl = 1 }) => ttl > 0);
	const relays = living.flatMap(({ type, name, data }) => {
		if (type !== 'SRV' || !name.endsWith(`.${SERVICE}`) || name === self.service) return [];
		const id = /^Spy-cam ([0-9A-F]{8})\./.exec(name)?.[1] ?? '';
		const target = (data as { readonly target?: unknown } | null)?.target;
		return typeof target === 'string' ? [{ name: target.toLowerCase(), id }] : [];
	});
	const addresses = living.filter(({ type }) => type === 'A' || type === 'AAAA');
	const named = [...new Set(addresses.map(({ name }) => name.toLowerCase()))];
	const ours = (name: string): boolean =>
		addresses.some(
			(one) => one.name.toLowerCase() === name && self.addresses.includes(String(one.data)),
		);
	// Another program on this machine may answer to the name: it still leads here.
	const machines = named.filter(
		(name) => !ours(name) && !relays.some(({ name: target }) => target === name),
	);
	return [...relays, ...machines.map((name) => ({ name, id: '' }))];
}

/**
 * Checks in a row that must find the wanted name free before it is taken back: its owner may just
 * be restarting.
 */
const FREE_CHECKS = 2;

/**
 * Chooses the relay's name in the local network (RL39): the wanted name if it is free, else the
 * first free of `spycam-2.local`, `spycam-3.local`, … Of two relays with one name the lesser id
 * keeps it.
 */
export class LocalName {
	/** The name that devices know. */
	#wanted: string;
	readonly #base: string;
	readonly #id: string;
	#current: string | null = null;
	#freeChecks = 0;

	/** @param base the `name` setting, without `.local` */
	constructor(wanted: string, base: string, id: string) {
		this.#wanted = wanted;
		this.#base = base;
		this.#id = id;
	}

	get current(): string {
		return this.#current ?? this.#wanted;
	}

	get wanted(): string {
		return this.#wanted;
	}

	/** Makes the current name the wanted one; for a relay that no device knows yet. */
	keep(): void {
		this.#wanted = this.current;
	}

	/** @returns whether the name changed */
	choose(others: readonly OtherHost[]): boolean {
		const before = this.#current;
		const next = this.#free(others);
		const goesBack = before !== null && next === this.#wanted && next !== before;
		this.#freeChecks = goesBack ? this.#freeChecks + 1 : 0;
		if (goesBack && this.#freeChecks < FREE_CHECKS) return false;
		this.#current = next;
		return next !== before;
	}

	#free(others: readonly OtherHost[]): string {
		const isTaken = (name: string): boolean =>
			others.some(
				(other) => other.name === name && !(name === this.#current && this.#id < other.id),
			);
		const numbered = Array.from(
			{ length: MAX_SUFFIX - 1 },
			(_, n) => `${this.#base}-${n + 2}.local`,
		);
		const candidates = [this.#wanted, this.current, `${this.#base}.local`, ...numbered];
		return candidates.find((name) => !isTaken(name)) ?? this.#wanted;
	}
}
