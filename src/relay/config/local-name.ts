/** A record of multicast DNS, decoded; what `data` is depends on the type. */
export interface MdnsRecord {
	readonly name: string;
	readonly type: string;
	readonly ttl?: number;
	readonly data?: unknown;
}

/** Under which all relays announce themselves (RFC 6763). */
export const SERVICE = '_https._tcp.local';
const MAX_SUFFIX = 99;

/** A name in the local network that somebody else answers to. */
export interface OtherHost {
	readonly name: string;
	/** Of a relay: what settles which of two keeps a name. Of anything else '': it keeps it. */
	readonly id: string;
}

/** Who this relay is, to tell its own answers from those of others. */
export interface OwnService {
	/** The name of its service, with `SERVICE` behind it. */
	readonly service: string;
	readonly addresses: readonly string[];
}

/** Whom an answer of multicast DNS tells of, other than ourselves. */
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
	// This machine may answer to the name by another program: then it leads here all the same.
	const machines = named.filter(
		(name) => !ours(name) && !relays.some(({ name: target }) => target === name),
	);
	return [...relays, ...machines.map((name) => ({ name, id: '' }))];
}

/**
 * So many looks in a row find the wanted name free before it is taken back: its owner may just be
 * starting anew.
 */
const FREE_LOOKS = 2;

/**
 * RL39: what a relay goes by in the local network: the wanted name, where nobody else has it, else
 * the first free of `spycam-2.local`, `spycam-3.local` and so on. Of two relays that go by one name
 * the lesser id keeps it.
 */
export class LocalName {
	/** What devices know this relay by. */
	#wanted: string;
	readonly #base: string;
	readonly #id: string;
	#current: string | null = null;
	#freeLooks = 0;

	/** @param base what the settings call it */
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

	/** Of a relay that nobody knows yet: what it is called now is its name for good. */
	keep(): void {
		this.#wanted = this.current;
	}

	/** @returns whether it goes by another name than before */
	choose(others: readonly OtherHost[]): boolean {
		const before = this.#current;
		const next = this.#free(others);
		const goesBack = before !== null && next === this.#wanted && next !== before;
		this.#freeLooks = goesBack ? this.#freeLooks + 1 : 0;
		if (goesBack && this.#freeLooks < FREE_LOOKS) return false;
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
