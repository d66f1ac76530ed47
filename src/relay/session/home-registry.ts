import type { Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { DeviceId, HomeId } from '#domain/base/ids.ts';
import {
	commonLength,
	parseEntry,
	seqOf,
	normalizeEntry,
	type RosterEntry,
} from '#domain/home/roster.ts';
import { extendRoster } from '#engine/home/fork.ts';
import { unexpiredSeq } from '#engine/home/claim-delay.ts';
import { replayRoster, type Roster } from '#engine/home/roster.ts';
import type { Refusal } from '#protocol/wire.ts';
import { TokenBucket } from '#domain/base/token-bucket.ts';
import type { VerifyCrypto } from '#relay/base/crypto.ts';

const MAX_DEVICES = 64;
/** More than a home needs in its life; replaying so many takes a tenth of a second. */
const MAX_ENTRIES = 1024;
/** How far apart the clocks of a relay and of who holds a kit may be. */
const CLOCK_MS = 10 * 60 * 1000;
/**
 * Of a device, a whole replay for each: whoever floods does so at their own cost and keeps nobody
 * else's word waiting.
 */
const APPENDS = { perSecond: 2, atOnce: 64 };

export interface Home {
	readonly id: HomeId;
	readonly entries: readonly Bytes[];
	readonly roster: Roster;
}

/** A home as it was kept: its entries in order, without a word on whether they follow. */
export interface StoredHome {
	readonly home: string;
	readonly entries: readonly Bytes[];
}

/** The rosters, each held against its own rules before it counts (RL14). */
export class HomeRegistry {
	readonly #crypto: VerifyCrypto;
	readonly #kept = new Map<string, readonly Bytes[]>();
	readonly #homes = new Map<HomeId, Home>();
	/** Made when it is first asked for, and right for good: what is only kept does not change. */
	#whereKept: ReadonlyMap<DeviceId, HomeId> | null = null;
	readonly #appends = new Map<DeviceId, TokenBucket>();
	/**
	 * One change of a home after the other: two that follow the same entry must not both be taken.
	 */
	readonly #turns = new Map<HomeId, Promise<unknown>>();

	constructor(crypto: VerifyCrypto, kept: readonly StoredHome[]) {
		this.#crypto = crypto;
		for (const { home, entries } of kept) this.#kept.set(home, entries);
	}

	get count(): number {
		return new Set([...this.#kept.keys(), ...this.#homes.keys()]).size;
	}

	/** What is known without waiting: a home that somebody of has come to. */
	loaded(id: HomeId): Home | null {
		return this.#homes.get(id) ?? null;
	}

	/** `null`: none here, or one whose entries do not follow. */
	async find(id: HomeId): Promise<Home | null> {
		const known = this.#homes.get(id);
		const entries = this.#kept.get(id);
		if (known || !entries) return known ?? null;
		const roster = await this.#replay(entries);
		if (roster?.home !== id) return null;
		const home = this.#homes.get(id) ?? { id, entries, roster };
		this.#homes.set(id, home);
		this.#kept.delete(id);
		return home;
	}

	/** Takes the first roster of a home. Opening one again with the same entries changes nothing. */
	async open(said: readonly Bytes[]): Promise<Home | Refusal> {
		const entries = said.map(normalizeEntry);
		const roster = await this.#replay(entries);
		if (!roster) return 'roster';
		if (roster.devices.size > MAX_DEVICES) return 'too-many';
		return this.#turn(roster.home, async () => {
			const there = await this.find(roster.home);
			if (there)
				return commonLength(there.entries, entries) === there.entries.length ? there : 'roster';
			const home = { id: roster.home, entries, roster };
			this.#homes.set(home.id, home);
			return home;
		});
	}

	/**
	 * Where a device is or was a member; `null`: nowhere here. A device's id says nothing to who does
	 * not have its keys.
	 */
	async homeOf(device: DeviceId): Promise<HomeId | null> {
		for (const { id, roster } of this.#homes.values()) {
			if (roster.past.devices.has(device)) return id;
		}
		this.#whereKept ??= indexOf(this.#kept);
		const kept = this.#whereKept.get(device);
		const found = kept === undefined ? null : await this.find(kept);
		return found?.roster.past.devices.has(device) === true ? found.id : null;
	}

	async append(
		id: HomeId,
		by: DeviceId,
		more: readonly Bytes[],
		{ nowMs, wallMs }: { readonly nowMs: number; readonly wallMs: number },
	): Promise<Home | Refusal> {
		return this.#turn(id, async () => {
			const before = await this.find(id);
			if (!before) return 'unknown-home';
			if (isKnown(before.entries, more)) return before;
			if (!this.#mayAppend(by, nowMs)) return 'too-many';
			const entries = await this.#grown(before.entries, more, wallMs);
			if (entries === null) return 'roster';
			if (entries.length > MAX_ENTRIES) return 'too-many';
			const roster = await this.#replay(entries);
			const common = commonLength(before.entries, entries);
			if (roster?.home !== id || unexpiredSeq(roster, common, wallMs) < entries.length)
				return 'roster';
			if (!hasCurrentClaims(roster, entries, common, wallMs)) return 'clock';
			if (roster.devices.size > MAX_DEVICES) return 'too-many';
			const home = { id, entries, roster };
			this.#homes.set(id, home);
			return home;
		});
	}

	/** Forgets who may add as much as anybody (RL7). */
	tidy(nowMs: number): void {
		for (const [by, bucket] of this.#appends) if (bucket.isFull(nowMs)) this.#appends.delete(by);
	}

	#mayAppend(by: DeviceId, nowMs: number): boolean {
		const bucket = this.#appends.get(by) ?? new TokenBucket(APPENDS, nowMs);
		this.#appends.set(by, bucket);
		return bucket.take(1, nowMs);
	}

	async #grown(
		before: readonly Bytes[],
		more: readonly Bytes[],
		wallMs: number,
	): Promise<readonly Bytes[] | null> {
		try {
			return await extendRoster(this.#crypto, before, more, wallMs);
		} catch (error) {
			if (error instanceof Fault && error.kind === 'corrupt') return null;
			throw error;
		}
	}

	async #replay(entries: readonly Bytes[]): Promise<Roster | null> {
		try {
			return await replayRoster(this.#crypto, entries);
		} catch (error) {
			if (error instanceof Fault && error.kind === 'corrupt') return null;
			throw error;
		}
	}

	async #turn<T>(id: HomeId, change: () => Promise<T>): Promise<T> {
		const turn = (this.#turns.get(id) ?? Promise.resolve()).then(change, change);
		this.#turns.set(id, turn);
		try {
			return await turn;
		} finally {
			if (this.#turns.get(id) === turn) this.#turns.delete(id);
		}
	}
}

/** The device as a member whose time is not up. */
export function memberOf(home: Home, device: DeviceId, wallMs: number): RosterEntry | null {
	const entry = home.roster.devices.get(device);
	return entry && (entry.notAfterMs === null || wallMs < entry.notAfterMs) ? entry : null;
}

/** Whoever did not hear the answer says the same again. */
function isKnown(entries: readonly Bytes[], more: readonly Bytes[]): boolean {
	const [first] = more;
	const seq = first === undefined ? 1 : seqOf(first);
	return seq !== null && seq > 0 && commonLength(more, entries.slice(seq - 1)) === more.length;
}

/**
 * A kit's day is counted from what it says itself: so it must say the time, of each entry (KT7).
 */
function hasCurrentClaims(
	{ authors }: Roster,
	entries: readonly Bytes[],
	from: number,
	wallMs: number,
): boolean {
	return entries.every((bytes, at) => {
		if (at < from || authors[at]?.claim === null) return true;
		return Math.abs(parseEntry(bytes).entry.wallMs - wallMs) <= CLOCK_MS;
	});
}

function indexOf(kept: ReadonlyMap<string, readonly Bytes[]>): ReadonlyMap<DeviceId, HomeId> {
	const where = new Map<DeviceId, HomeId>();
	for (const [home, entries] of kept) {
		for (const bytes of entries) {
			const device = subjectOf(bytes);
			if (device !== null) where.set(device, home as HomeId);
		}
	}
	return where;
}

function subjectOf(bytes: Bytes): DeviceId | null {
	try {
		return parseEntry(bytes).entry.subject?.device ?? null;
	} catch {
		return null;
	}
}
