import { hexOf, concatBytes, equalBytes, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import { areWithin, sharedRoles } from '#domain/home/rights.ts';
import {
	commonLength,
	settledHashes,
	seqOf,
	normalizeEntry,
	type RosterEntry,
} from '#domain/home/roster.ts';
import { PUBLIC_KEY_BYTES } from '#domain/base/signed.ts';
import { isOwnerSigned } from './claim-delay.ts';
import {
	entryHash,
	currentOwners,
	readEntry,
	replayRoster,
	type RosterCrypto,
	type Roster,
} from './roster.ts';

/**
 * Two rosters of one home that share a prefix, and which of them counts: docs/spec/identity.md,
 * ID45 and ID46.
 */

/** Hashes per settlement, and how many of earlier settlements to repeat. */
const MAX_HASHES = 512;
const MAX_EARLIER_HASHES = 1024;

/** What an owner is about to sign, without the fields derived from the roster. */
export type EntryDraft = Pick<RosterEntry, 'op' | 'roles' | 'notAfterMs' | 'subject' | 'detail'>;

/** Two replayable rosters and the length of their common prefix. */
export interface Branches {
	readonly mine: readonly Bytes[];
	readonly theirs: readonly Bytes[];
	readonly common: number;
}

/**
 * Whether an owner settled that `theirs` replaces `mine`: its first entries beyond the common
 * prefix name everything in `mine` beyond it, their author is an owner in `mine` as well, and
 * `theirs` repeats every restriction of `mine`. Throws `corrupt` when a roster does not follow.
 */
export async function isSettledBy(
	crypto: RosterCrypto,
	branches: Branches,
	nowMs: number,
): Promise<boolean> {
	const { mine, theirs, common } = branches;
	const first = theirs[common];
	if (first === undefined || common === 0) return false;
	const { author } = readEntry(first).entry;
	const named = settlementHashes(theirs, common);
	if (named.size === 0) return false;
	for (const fallen of mine.slice(common)) {
		if (!named.has(hexOf(await entryHash(crypto, fallen)))) return false;
	}
	const [here, there] = [await replayRoster(crypto, mine), await replayRoster(crypto, theirs)];
	const signs = currentOwners(here, nowMs).some((owner) => equalBytes(owner, author));
	if (!signs || !isOwnerSigned(there.authors, common, common, nowMs)) return false;
	return revokesAgain(crypto, branches, { here, there }, nowMs);
}

/** All hashes, in hex, of the consecutive settlements by one author at `from`. */
function settlementHashes(entries: readonly Bytes[], from: number): ReadonlySet<string> {
	const named = new Set<string>();
	const [first, ...more] = entries.slice(from).map((bytes) => readEntry(bytes).entry);
	for (const entry of first === undefined ? [] : [first, ...more]) {
		if (entry.op !== 'settle' || first === undefined || !equalBytes(entry.author, first.author))
			break;
		for (const hash of settledHashes(entry)) named.add(hexOf(hash));
	}
	return named;
}

/**
 * Every restriction in `mine` must recur in `theirs` at some point beyond the common prefix;
 * otherwise a relay could undo it by showing half of a settlement. Entries by owners whom the
 * settling owner revokes right behind the settlement are exempt.
 */
async function revokesAgain(
	crypto: RosterCrypto,
	{ mine, theirs, common }: Branches,
	{ here, there }: { readonly here: Roster; readonly there: Roster },
	nowMs: number,
): Promise<boolean> {
	const beyond = theirs.slice(common).map((bytes) => readEntry(bytes).entry);
	const behind = beyond.findIndex(({ author }) => !equalBytes(author, beyond[0]?.author ?? author));
	const settled = await replayRoster(
		crypto,
		behind < 0 ? theirs : theirs.slice(0, common + behind),
	);
	const { devices } = await replayRoster(crypto, theirs.slice(0, common));
	const last = new Map<DeviceId, RosterEntry | undefined>();
	for (const entry of ownerEntries(mine, here, common, nowMs, settled)) {
		if (entry.subject === null) continue;
		last.set(entry.subject.device, entry.op === 'revoke' ? undefined : entry);
	}
	return [...last].every(([device, limit]) => {
		if (isWithin(devices.get(device), limit)) return true;
		return beyond.some(({ op, subject }, at) => {
			const claims = there.authors[common + at]?.claim === common + at + 1;
			if (subject?.device !== device || claims) return false;
			return isWithin(op === 'revoke' ? undefined : beyond[at], limit);
		});
	});
}

/** Whether `one` allows nothing beyond `limit`. */
function isWithin(one: RosterEntry | undefined, limit: RosterEntry | undefined): boolean {
	if (one === undefined) return true;
	if (limit === undefined) return false;
	const ends = limit.notAfterMs === null || (one.notAfterMs ?? Infinity) <= limit.notAfterMs;
	return ends && areWithin(one.roles, limit.roles);
}

/**
 * As many settlements as it takes to name all dropped entries, then a bounded number of those
 * dropped earlier.
 */
export async function draftSettlement(
	crypto: RosterCrypto,
	fallen: readonly Bytes[],
): Promise<readonly EntryDraft[]> {
	const once = new Map<string, Bytes>();
	for (const entry of fallen) {
		const hash = await entryHash(crypto, entry);
		once.set(hexOf(hash), hash);
	}
	const limit = once.size + MAX_EARLIER_HASHES;
	for (const hash of fallen.flatMap((entry) => settledHashes(readEntry(entry).entry))) {
		if (once.size < limit) once.set(hexOf(hash), hash);
	}
	const hashes = [...once.values()];
	const base = { op: 'settle', roles: [], notAfterMs: null, subject: null } as const;
	return Array.from({ length: Math.ceil(hashes.length / MAX_HASHES) }, (_, at) => ({
		...base,
		detail: concatBytes(...hashes.slice(at * MAX_HASHES, (at + 1) * MAX_HASHES)),
	}));
}

/**
 * The entries beyond the first `common` that count as an owner's. Excluded: kits, owners they made,
 * and owners that the other branch revoked. Changes to a device that such an author touched are
 * limited to what it was before.
 */
function ownerEntries(
	entries: readonly Bytes[],
	{ authors }: Roster,
	common: number,
	nowMs: number,
	other?: Roster,
): readonly RosterEntry[] {
	const stays = (at: number): boolean => {
		const since = authors[at]?.since ?? 0;
		const bytes = entries[at];
		if (bytes === undefined || other === undefined) return true;
		if (since > common) return stays(since - 1);
		return other.owners.has(hexOf(readEntry(bytes).entry.author));
	};
	const before = new Map<DeviceId, RosterEntry>();
	const changed = new Set<DeviceId>();
	const kept: RosterEntry[] = [];
	for (const [at, bytes] of entries.entries()) {
		const { entry } = readEntry(bytes);
		const device = entry.subject?.device ?? null;
		if (at < common) {
			if (device === null || authors[at]?.claim === at + 1) continue;
			if (entry.op === 'revoke') before.delete(device);
			else before.set(device, entry);
		} else if (!isOwnerSigned(authors, at, common, nowMs) || !stays(at)) {
			if (device !== null) changed.add(device);
		} else if (device === null || entry.op !== 'rotate' || !changed.has(device)) {
			if (device !== null) changed.delete(device);
			if (entry.op !== 'settle') kept.push(entry);
		} else {
			const earlier = before.get(device);
			if (earlier) kept.push({ ...entry, ...intersect(earlier, entry), subject: earlier.subject });
		}
	}
	return kept;
}

/**
 * What to sign again so that both branches hold: revoked on either means revoked; changed on both
 * means the intersection.
 */
export function mergeBranches(
	mine: readonly RosterEntry[],
	theirs: readonly RosterEntry[],
): { readonly gone: ReadonlySet<DeviceId>; readonly again: readonly EntryDraft[] } {
	const gone = new Set([...revokedIn(mine), ...revokedIn(theirs)]);
	const changed = new Map<DeviceId, RosterEntry>();
	for (const entry of mine) if (entry.subject) changed.set(entry.subject.device, entry);
	const again: EntryDraft[] = [];
	for (const [entry, before] of [
		...mine.map((one) => [one, undefined] as const),
		...theirs.map((one) => [one, one.subject && changed.get(one.subject.device)] as const),
	]) {
		const { subject, op, detail } = entry;
		if (op === 'revoke' || (subject !== null && gone.has(subject.device))) continue;
		const { roles, notAfterMs } = before ? intersect(before, entry) : entry;
		again.push({ op, roles, notAfterMs, subject, detail });
	}
	return { gone, again };
}

/** Revoked and not added again. */
function revokedIn(entries: readonly RosterEntry[]): Set<DeviceId> {
	const out = new Set<DeviceId>();
	for (const { op, subject } of entries) {
		if (subject === null) continue;
		if (op === 'revoke') out.add(subject.device);
		else out.delete(subject.device);
	}
	return out;
}

type AccessLimits = Pick<RosterEntry, 'roles' | 'notAfterMs'>;

/** The intersection: narrowing roles accumulate, and the earlier end applies. */
function intersect(a: AccessLimits, b: AccessLimits): AccessLimits {
	const ends = [a.notAfterMs, b.notAfterMs].filter((end) => end !== null);
	return {
		roles: sharedRoles(a.roles, b.roles),
		notAfterMs: ends.length === 0 ? null : Math.min(...ends),
	};
}

/** Entries of both branches beyond the common prefix. */
export interface BranchEntries {
	readonly mine: readonly RosterEntry[];
	readonly theirs: readonly RosterEntry[];
}

/**
 * Finds where two rosters diverge. `null`: they do not, or the other does not follow. Entries held
 * back behind ours are dropped too, except those by owners.
 */
export async function findFork(
	crypto: RosterCrypto,
	{ known, held }: { readonly known: readonly Bytes[]; readonly held: readonly Bytes[] },
	theirs: readonly Bytes[],
	nowMs: number,
): Promise<{
	readonly branches: BranchEntries;
	/** The common prefix. */
	readonly start: Roster;
	/** All entries beyond it, of both. */
	readonly fallen: readonly Bytes[];
	readonly rosters: readonly Roster[];
} | null> {
	const common = commonLength(known, theirs);
	if (common === 0 || common === theirs.length || common === known.length) return null;
	try {
		const whole = [...known, ...held];
		const start = await replayRoster(crypto, known.slice(0, common));
		const [here, there] = [await replayRoster(crypto, known), await replayRoster(crypto, theirs)];
		const branches = {
			mine: ownerEntries(whole, await replayRoster(crypto, whole), common, nowMs, there),
			theirs: ownerEntries(theirs, there, common, nowMs, here),
		};
		// A relay receives the settlements in pieces, so its own entries are named first.
		const fallen = [...theirs.slice(common), ...whole.slice(common)];
		return { branches, start, fallen, rosters: [start, here, there] };
	} catch (error) {
		if (error instanceof Fault && error.kind === 'corrupt') return null;
		throw error;
	}
}

/**
 * What an owner signs before its own entry while others are held back: drops those, and repeats
 * what other owners signed (KT12).
 */
export async function settleHeld(
	crypto: RosterCrypto,
	roster: Roster,
	{ known, held }: { readonly known: readonly Bytes[]; readonly held: readonly Bytes[] },
	nowMs: number,
): Promise<readonly EntryDraft[]> {
	if (held.length === 0) return [];
	const whole = [...known, ...held];
	const signed = ownerEntries(whole, await replayRoster(crypto, whole), roster.seq, nowMs);
	const { gone, again } = mergeBranches([], signed);
	const out = [...gone].filter((device) => roster.devices.has(device));
	return [...(await draftSettlement(crypto, held)), ...out.map(draftRevocation), ...again];
}

export function draftRevocation(device: DeviceId): EntryDraft {
	const empty = new Uint8Array(PUBLIC_KEY_BYTES);
	const subject = { device, sign: empty, kem: empty, owner: null, dtls: null };
	return { op: 'revoke', roles: [], notAfterMs: null, subject, detail: new Uint8Array() };
}

/**
 * A relay's roster extended by shown entries; `null` when they neither continue it nor settle it.
 * Throws `corrupt` for entries that do not follow.
 */
export async function extendRoster(
	crypto: RosterCrypto,
	before: readonly Bytes[],
	more: readonly Bytes[],
	nowMs: number,
): Promise<readonly Bytes[] | null> {
	const [first] = more;
	if (first === undefined) return before;
	const seq = seqOf(first);
	if (seq === null || seq < 1 || seq > before.length + 1) return null;
	const shown = [...before.slice(0, seq - 1), ...more.map(normalizeEntry)];
	const common = commonLength(before, shown);
	if (common === shown.length) return before;
	if (common === before.length) return shown;
	return (await isSettledBy(crypto, { mine: before, theirs: shown, common }, nowMs)) ? shown : null;
}
