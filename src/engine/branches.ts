import { hexOf, joined, same, type Bytes } from '#domain/bytes.ts';
import { Fault } from '#domain/fault.ts';
import type { DeviceId } from '#domain/ids.ts';
import { NARROWING } from '#domain/rights.ts';
import {
	commonLength,
	hashesIn,
	parseEntry,
	seqOf,
	tidyEntry,
	type Role,
	type RosterEntry,
} from '#domain/roster.ts';
import { PUBLIC_KEY_BYTES } from '#domain/signed.ts';
import { isRightful } from './held.ts';
import { entryHash, ownersNow, replayRoster, type Checking, type Roster } from './roster.ts';

/**
 * Two rosters of a home that begin alike, and which of them counts: docs/spec/identity.md, ID45 and
 * ID46.
 */

/** What an owner says anew, without what every entry names by itself. */
export type Saying = Pick<RosterEntry, 'op' | 'roles' | 'notAfterMs' | 'subject' | 'detail'>;

/** Both replayed, and how many entries they have in common. */
export interface Branches {
	readonly mine: readonly Bytes[];
	readonly theirs: readonly Bytes[];
	readonly common: number;
}

/**
 * Whether an owner settled that another roster counts instead of this one: its first entry beyond
 * what both have names all that stands here, by an owner who is one here, too, and whom this roster
 * took out stays out. Throws `corrupt` for one that does not follow.
 */
export async function isSettledBy(
	crypto: Checking,
	{ mine, theirs, common }: Branches,
	nowMs: number,
): Promise<boolean> {
	const first = theirs[common];
	if (first === undefined || common === 0) return false;
	const { entry } = parseEntry(first);
	const named = hashesIn(entry);
	if (named.length === 0) return false;
	for (const fallen of mine.slice(common)) {
		const hash = await entryHash(crypto, fallen);
		if (!named.some((one) => same(one, hash))) return false;
	}
	const [here, there] = [await replayRoster(crypto, mine), await replayRoster(crypto, theirs)];
	const signs = ownersNow(here, nowMs).some((owner) => same(owner, entry.author));
	if (!signs || !isRightful(there.authors, common, common, nowMs)) return false;
	for (const [at, bytes] of mine.entries()) {
		if (at < common || !isRightful(here.authors, at, common, nowMs)) continue;
		const { op, subject } = parseEntry(bytes).entry;
		const back = op === 'revoke' && subject !== null && there.devices.has(subject.device);
		if (back && !here.devices.has(subject.device)) return false;
	}
	return true;
}

/** The hashes that a settlement names: of all that falls, and of all that fell with it before. */
export async function settlement(crypto: Checking, fallen: readonly Bytes[]): Promise<Saying> {
	const hashes: Bytes[] = [];
	for (const entry of fallen) {
		hashes.push(await entryHash(crypto, entry), ...hashesIn(parseEntry(entry).entry));
	}
	const once = new Map(hashes.map((hash) => [hexOf(hash), hash]));
	return {
		...{ op: 'settle', roles: [], notAfterMs: null, subject: null },
		detail: joined(...once.values()),
	};
}

/**
 * What of a branch its home's owners signed beyond the first `common`: kits and whoever came by
 * them did not, nor an owner that the other branch took out.
 */
function rightfulOf(
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
		return other.owners.has(hexOf(parseEntry(bytes).entry.author));
	};
	return entries.flatMap((bytes, at) => {
		if (at < common || !isRightful(authors, at, common, nowMs) || !stays(at)) return [];
		const { entry } = parseEntry(bytes);
		return entry.op === 'settle' ? [] : [entry];
	});
}

/**
 * What is to be signed anew so that both branches hold: whoever was taken out on one is out, and
 * who was changed on both may what both let it.
 */
export function together(
	mine: readonly RosterEntry[],
	theirs: readonly RosterEntry[],
): { readonly gone: ReadonlySet<DeviceId>; readonly again: readonly Saying[] } {
	const gone = new Set([...outOf(mine), ...outOf(theirs)]);
	const changed = new Map<DeviceId, readonly Role[]>();
	for (const { subject, roles } of mine) if (subject !== null) changed.set(subject.device, roles);
	const again: Saying[] = [];
	for (const [entry, before] of [
		...mine.map((one) => [one, undefined] as const),
		...theirs.map((one) => [one, one.subject && changed.get(one.subject.device)] as const),
	]) {
		const { subject, op, notAfterMs, detail } = entry;
		if (op === 'revoke' || (subject !== null && gone.has(subject.device))) continue;
		const roles = before ? both(before, entry.roles) : entry.roles;
		again.push({ op, roles, notAfterMs, subject, detail });
	}
	return { gone, again };
}

/** Taken out, and not let in again. */
function outOf(entries: readonly RosterEntry[]): Set<DeviceId> {
	const out = new Set<DeviceId>();
	for (const { op, subject } of entries) {
		if (subject === null) continue;
		if (op === 'revoke') out.add(subject.device);
		else out.delete(subject.device);
	}
	return out;
}

/** Live-only narrows. */
function both(a: readonly Role[], b: readonly Role[]): readonly Role[] {
	const all = new Set([...a, ...b]);
	return [...all].filter(
		(role) => NARROWING.includes(role) || (a.includes(role) && b.includes(role)),
	);
}

/** What both branches say beyond what they have in common. */
export interface Said {
	readonly mine: readonly RosterEntry[];
	readonly theirs: readonly RosterEntry[];
}

/** Where two rosters part; `null`: they do not, or the other does not follow. */
export async function partingOf(
	crypto: Checking,
	mine: readonly Bytes[],
	theirs: readonly Bytes[],
	nowMs: number,
): Promise<{
	readonly said: Said;
	/** What both have. */
	readonly start: Roster;
	/** All beyond it. */
	readonly fallen: readonly Bytes[];
	readonly rosters: readonly Roster[];
} | null> {
	const common = commonLength(mine, theirs);
	if (common === 0 || common === theirs.length || common === mine.length) return null;
	try {
		const start = await replayRoster(crypto, mine.slice(0, common));
		const [here, there] = [await replayRoster(crypto, mine), await replayRoster(crypto, theirs)];
		const said = {
			mine: rightfulOf(mine, here, common, nowMs, there),
			theirs: rightfulOf(theirs, there, common, nowMs, here),
		};
		const fallen = [...mine.slice(common), ...theirs.slice(common)];
		return { said, start, fallen, rosters: [start, here, there] };
	} catch (error) {
		if (error instanceof Fault && error.kind === 'corrupt') return null;
		throw error;
	}
}

/**
 * What an owner says first that signs beside what waits: it falls, but for what other owners said
 * (KT12).
 */
export async function besideHeld(
	crypto: Checking,
	roster: Roster,
	{ known, held }: { readonly known: readonly Bytes[]; readonly held: readonly Bytes[] },
	nowMs: number,
): Promise<readonly Saying[]> {
	if (held.length === 0) return [];
	const line = [...known, ...held];
	const said = rightfulOf(line, await replayRoster(crypto, line), roster.seq, nowMs);
	const { gone, again } = together([], said);
	const out = [...gone].filter((device) => roster.devices.has(device));
	return [await settlement(crypto, held), ...out.map(revocationOf), ...again];
}

export function revocationOf(device: DeviceId): Saying {
	const empty = new Uint8Array(PUBLIC_KEY_BYTES);
	const subject = { device, sign: empty, kem: empty, owner: null, dtls: null };
	return { op: 'revoke', roles: [], notAfterMs: null, subject, detail: new Uint8Array() };
}

/**
 * A relay's roster with what somebody shows of it: `null` where that neither goes on from it nor
 * was settled by an owner. Throws `corrupt` for entries that do not follow.
 */
export async function grown(
	crypto: Checking,
	before: readonly Bytes[],
	more: readonly Bytes[],
	nowMs: number,
): Promise<readonly Bytes[] | null> {
	const [first] = more;
	if (first === undefined) return before;
	const seq = seqOf(first);
	if (seq === null || seq < 1 || seq > before.length + 1) return null;
	const shown = [...before.slice(0, seq - 1), ...more.map(tidyEntry)];
	const common = commonLength(before, shown);
	if (common === shown.length) return before;
	if (common === before.length) return shown;
	return (await isSettledBy(crypto, { mine: before, theirs: shown, common }, nowMs)) ? shown : null;
}
