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
import type { VerifyCrypto } from './relay.ts';

const MAX_DEVICES = 64;
/** More than a home ever needs; replaying that many takes about 0.1 s. */
const MAX_ENTRIES = 1024;
/** Permitted clock skew between the relay and whoever uses a recovery kit (KT7). */
const CLOCK_MS = 10 * 60 * 1000;
/** Per device, because each append costs a full replay: a flood delays only its sender. */
const APPENDS = { perSecond: 2, atOnce: 64 };

export interface Home {
	readonly id: HomeId;
	readonly entries: readonly Bytes[];
	readonly roster: Roster;
}

/** A home as read from storage: entries in order, not yet verified. */
export interface StoredHome {
	readonly home: string;
	readonly entries: readonly Bytes[];
}

/** A home before and after an `append`. */
export interface AppendedHome {
	readonly before: Home;
	readonly home: Home;
}

/** The homes that a relay serves. */
export interface Homes {
	/** Synchronous lookup: only homes that `find` or `open` loaded. */
	loaded(id: HomeId): Home | null;
	/** `null`: no such home here. */
	find(id: HomeId): Promise<Home | null>;
	/** Registers a home with its first roster. Idempotent for the same entries. */
	open(submitted: readonly Bytes[]): Promise<Home | Refusal>;
	/** The home a device is or was a member of (RL22). */
	homeOf(device: DeviceId): Promise<HomeId | null>;
	/** Entries sent by a device. The caller announces what changed (RL14). */
	append(
		id: HomeId,
		by: DeviceId,
		more: readonly Bytes[],
		now: { readonly nowMs: number; readonly wallMs: number },
	): Promise<AppendedHome | Refusal>;
	/** Called about once a second. */
	tidy(nowMs: number): void;
}

/** Rosters by home; entries are verified before they count (RL14). */
export class HomeRegistry implements Homes {
	readonly #crypto: VerifyCrypto;
	readonly #stored = new Map<string, readonly Bytes[]>();
	readonly #homes = new Map<HomeId, Home>();
	/** Built on first use. Stored homes that are not loaded change by `replace` only. */
	#homeByStoredDevice: ReadonlyMap<DeviceId, HomeId> | null = null;
	readonly #appends = new Map<DeviceId, TokenBucket>();
	/** Serializes changes per home: two that follow the same entry must not both be accepted. */
	readonly #turns = new Map<HomeId, Promise<unknown>>();

	constructor(crypto: VerifyCrypto, stored: readonly StoredHome[]) {
		this.#crypto = crypto;
		for (const { home, entries } of stored) this.#stored.set(home, entries);
	}

	get count(): number {
		return new Set([...this.#stored.keys(), ...this.#homes.keys()]).size;
	}

	loaded(id: HomeId): Home | null {
		return this.#homes.get(id) ?? null;
	}

	/** `null`: not stored here, or its entries do not replay. */
	async find(id: HomeId): Promise<Home | null> {
		for (;;) {
			const known = this.#homes.get(id);
			const entries = this.#stored.get(id);
			if (known || !entries) return known ?? null;
			const roster = await this.#replay(entries);
			// Loaded or replaced meanwhile: what was replayed here may be old.
			if (this.#stored.get(id) !== entries) continue;
			if (roster?.home !== id) return null;
			const home = { id, entries, roster };
			this.#homes.set(id, home);
			this.#stored.delete(id);
			return home;
		}
	}

	/** Replaces a roster by one that another registry has verified. */
	replace({ home, entries }: StoredHome): void {
		this.#stored.set(home, entries);
		this.#homes.delete(home as HomeId);
		this.#homeByStoredDevice = null;
	}

	async open(submitted: readonly Bytes[]): Promise<Home | Refusal> {
		const entries = submitted.map(normalizeEntry);
		const roster = await this.#replay(entries);
		if (!roster) return 'roster';
		if (roster.devices.size > MAX_DEVICES) return 'too-many';
		return this.#turn(roster.home, async () => {
			const existing = await this.find(roster.home);
			if (existing)
				return commonLength(existing.entries, entries) === existing.entries.length
					? existing
					: 'roster';
			const home = { id: roster.home, entries, roster };
			this.#homes.set(home.id, home);
			return home;
		});
	}

	/**
	 * The home a device is or was a member of, or `null` (RL22). Not a leak: only the holder of a
	 * device's keys knows its id.
	 */
	async homeOf(device: DeviceId): Promise<HomeId | null> {
		for (const { id, roster } of this.#homes.values()) {
			if (roster.past.devices.has(device)) return id;
		}
		this.#homeByStoredDevice ??= indexOf(this.#stored);
		const stored = this.#homeByStoredDevice.get(device);
		const found = stored === undefined ? null : await this.find(stored);
		return found?.roster.past.devices.has(device) === true ? found.id : null;
	}

	async append(
		id: HomeId,
		by: DeviceId,
		more: readonly Bytes[],
		{ nowMs, wallMs }: { readonly nowMs: number; readonly wallMs: number },
	): Promise<AppendedHome | Refusal> {
		return this.#turn(id, async () => {
			const before = await this.find(id);
			if (!before) return 'unknown-home';
			if (isKnown(before.entries, more)) return { before, home: before };
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
			return { before, home };
		});
	}

	/** Drops full token buckets (RL7). */
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

/** The device's roster entry; `null` if it is not a member or its membership has expired. */
export function memberOf(home: Home, device: DeviceId, wallMs: number): RosterEntry | null {
	const entry = home.roster.devices.get(device);
	return entry && (entry.notAfterMs === null || wallMs < entry.notAfterMs) ? entry : null;
}

/** A retry: the sender may have missed the answer to the same `append`. */
function isKnown(entries: readonly Bytes[], more: readonly Bytes[]): boolean {
	const [first] = more;
	const seq = first === undefined ? 1 : seqOf(first);
	return seq !== null && seq > 0 && commonLength(more, entries.slice(seq - 1)) === more.length;
}

/**
 * A kit's 24-hour delay starts at the time its entry states, so each must state the current time
 * (KT7).
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

function indexOf(stored: ReadonlyMap<string, readonly Bytes[]>): ReadonlyMap<DeviceId, HomeId> {
	const homeByDevice = new Map<DeviceId, HomeId>();
	for (const [home, entries] of stored) {
		for (const bytes of entries) {
			const device = subjectOf(bytes);
			if (device !== null) homeByDevice.set(device, home as HomeId);
		}
	}
	return homeByDevice;
}

function subjectOf(bytes: Bytes): DeviceId | null {
	try {
		return parseEntry(bytes).entry.subject?.device ?? null;
	} catch {
		return null;
	}
}
