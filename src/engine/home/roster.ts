import { hexOf, isZero, concatBytes, equalBytes, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { DeviceId, HomeId } from '#domain/base/ids.ts';
import { highS, lowS } from '#domain/base/p256.ts';
import { isOwner, opensLess } from '#domain/home/rights.ts';
import {
	buildEntry,
	canonicalOf,
	settledHashes,
	parseEntry,
	type RosterEntry,
	type Subject,
} from '#domain/home/roster.ts';
import { SIGNATURE_BYTES, signedBytes } from '#domain/base/signed.ts';
import type { Crypto, KeyPair, SignKey } from '#ports/keys/crypto.ts';
import { deviceIdOf, homeIdOf } from './keys.ts';
import { dropClaims, isAllowedForKit, kitByOwnerKey, type KitClaim } from './claims.ts';

/** What a roster check needs; relays have it, too. */
export type RosterCrypto = Pick<Crypto, 'sha256' | 'verifier' | 'verify'>;

export interface Roster {
	readonly home: HomeId;
	readonly seq: number;
	/** SHA-256 of the newest entry's canonical bytes: the next entry's `prev` (ID43). */
	readonly head: Bytes;
	/** Public owner keys in force, in hex. */
	readonly owners: ReadonlySet<string>;
	/** Newest entry per device that is not revoked. Expiry is checked by `inForce`. */
	readonly devices: ReadonlyMap<DeviceId, RosterEntry>;
	/** Devices claimed as owners by a recovery kit, not in force yet (KT5). */
	readonly claims: ReadonlyMap<DeviceId, KitClaim>;
	/** Keys of every past and present device and owner: their old signatures remain valid. */
	readonly past: {
		readonly devices: ReadonlyMap<DeviceId, Subject>;
		readonly owners: ReadonlyMap<string, Bytes>;
	};
	/**
	 * Number of the newest entry that restricts somebody; 0: none. Epochs made before it are no
	 * longer used.
	 */
	readonly narrowedSeq: number;
	/** Number of hashes that its settlements name (ID45). */
	readonly fallen: number;
	/** Signer of each entry, as judged at that entry (ID7). Index 0 is entry 1. */
	readonly authors: readonly Author[];
}

/** The signer of an entry, as of the roster just before it. */
export interface Author {
	/** For a kit: number of the claim it makes or completes; `null`: an owner signed. */
	readonly claim: number | null;
	/** Number of the entry that made the signer an owner; 0 for a kit. */
	readonly since: number;
	/** When the signer expires; `null`: never. */
	readonly untilMs: number | null;
}

export function inForce(entry: RosterEntry | undefined, wallMs: number): entry is RosterEntry {
	return entry !== undefined && (entry.notAfterMs === null || wallMs < entry.notAfterMs);
}

/** ID41. Throws `corrupt` when another member has the same owner key. */
export function checkOwnerKey({ devices }: Roster, { device, owner }: Subject): void {
	for (const [other, { subject }] of devices) {
		if (other !== device && owner && subject?.owner && equalBytes(subject.owner, owner)) {
			throw new Fault('corrupt', 'another member has the same owner key');
		}
	}
}

/** Throws `conflict` if no permanent owner other than `without` exists. */
export function checkLastOwner({ devices }: Roster, without: DeviceId): void {
	const lasting = [...devices.values()].filter(
		({ roles, notAfterMs }) => isOwner(roles) && notAfterMs === null,
	);
	if (lasting.every(({ subject }) => subject?.device === without)) {
		throw new Fault('conflict', 'the home would have no owner left');
	}
}

export async function signEntry(
	crypto: Crypto,
	author: SignKey,
	entry: RosterEntry,
): Promise<Bytes> {
	const canonical = buildEntry(entry);
	return concatBytes(canonical, await crypto.sign(author, signedBytes('roster', canonical)));
}

/** Signs an entry that follows the newest one of `roster`. */
export function nextEntry(
	crypto: Crypto,
	author: KeyPair<SignKey>,
	roster: Roster,
	wallMs: number,
	draft: Pick<RosterEntry, 'op' | 'roles' | 'notAfterMs' | 'subject' | 'detail'>,
): Promise<Bytes> {
	const { op, roles, notAfterMs, subject, detail } = draft;
	return signEntry(crypto, author.key, {
		...{ op, roles, notAfterMs, subject, detail },
		...{ home: roster.home, seq: roster.seq + 1, prev: roster.head },
		...{ wallMs: Math.floor(wallMs), author: author.public },
	});
}

/**
 * Replays a roster from its first entry. Throws `corrupt` at the first one that does not follow:
 * wrong number, hash, home or signature, or an author who was no owner at that point. Ignores the
 * clock.
 */
export async function replayRoster(
	crypto: RosterCrypto,
	entries: readonly Bytes[],
): Promise<Roster> {
	const claims = new Map<DeviceId, KitClaim>();
	let owners = new Map<string, number>();
	const devices = new Map<DeviceId, RosterEntry>();
	const past = { devices: new Map<DeviceId, Subject>(), owners: new Map<string, Bytes>() };
	const authors: Author[] = [];
	let narrowedSeq = 0;
	let fallen = 0;
	let old = true;
	let home: HomeId | null = null;
	for (const [at, bytes] of entries.entries()) {
		const { entry, canonical, signature } = readEntry(bytes);
		home ??= await homeIdOf(crypto, entry.author);
		const { op, subject, seq } = entry;
		const hex = hexOf(entry.author);
		if (at === 0 && op === 'add' && subject?.owner) owners.set(hex, 1);
		const since = owners.get(hex);
		const kit = since === undefined ? kitByOwnerKey(devices, entry.author) : null;
		const claimed = subject === null ? undefined : claims.get(subject.device);
		const author: Author =
			kit === null
				? { claim: null, since: since ?? 0, untilMs: ownerExpiry(devices, entry.author) }
				: {
						claim: claimed?.entry.seq ?? seq,
						...{ since: 0, untilMs: devices.get(kit)?.notAfterMs ?? null },
					};
		const isNamed = await namesEntry(crypto, entry.prev, entries[at - 1]);
		const follows =
			seq === at + 1 &&
			entry.home === home &&
			(isNamed || (old && (await namesLegacyEntry(crypto, entry.prev, entries[at - 1])))) &&
			(since !== undefined ||
				(kit !== null && isAllowedForKit(kit, entry, { owners, devices, claims }))) &&
			(at > 0 || equalBytes(subject?.owner ?? new Uint8Array(), entry.author)) &&
			(await isValidSubject(crypto, entry)) &&
			(await isSigned(crypto, entry.author, signature, canonical));
		if (!follows) throw new Fault('corrupt', `roster entry ${at + 1} does not follow`);
		authors.push(author);
		if (at > 0 && isNamed) old = false;
		if (kit !== null && op === 'add' && subject !== null) {
			claims.set(subject.device, { entry, kit });
			continue;
		}
		if (kit === null) past.owners.set(hex, entry.author);
		if (narrows(entry, devices)) narrowedSeq = seq;
		fallen += settledHashes(entry).length;
		apply(entry, devices);
		owners = ownersOf(devices, owners, seq);
		dropClaims(claims, entry, devices);
		if (subject !== null && op !== 'revoke') past.devices.set(subject.device, subject);
		if (subject?.owner && isOwner(entry.roles)) {
			past.owners.set(hexOf(subject.owner), subject.owner);
		}
	}
	const [newest] = entries.slice(-1);
	if (home === null || newest === undefined) throw new Fault('corrupt', 'the roster is empty');
	return {
		...{ home, seq: entries.length, head: await entryHash(crypto, newest) },
		...{ owners: new Set(owners.keys()), devices, claims, past },
		...{ narrowedSeq, fallen, authors },
	};
}

/** Hash for `prev` and settlements: covers the statement, not one of its signatures (ID43). */
export function entryHash(crypto: Pick<Crypto, 'sha256'>, entry: Bytes): Promise<Bytes> {
	return crypto.sha256(canonicalOf(entry));
}

async function namesEntry(
	crypto: RosterCrypto,
	prev: Bytes,
	before: Bytes | undefined,
): Promise<boolean> {
	return before === undefined ? isZero(prev) : equalBytes(prev, await entryHash(crypto, before));
}

/**
 * Entries made before ID43 hash the previous entry with its signature, in either form. They may not
 * follow a newer entry: a signer with two signatures could split the home by which one each member
 * has.
 */
async function namesLegacyEntry(
	crypto: RosterCrypto,
	prev: Bytes,
	before: Bytes | undefined,
): Promise<boolean> {
	if (before === undefined) return false;
	const [canonical, signature] = [canonicalOf(before), before.slice(-SIGNATURE_BYTES)];
	const low = lowS(signature);
	for (const form of [low, highS(low)]) {
		if (equalBytes(prev, await crypto.sha256(concatBytes(canonical, form)))) return true;
	}
	return false;
}

/** Parses an entry from outside. Throws `corrupt`. */
export function readEntry(bytes: Bytes): ReturnType<typeof parseEntry> {
	try {
		return parseEntry(bytes);
	} catch (error) {
		throw new Fault('corrupt', 'roster entry cannot be parsed', error);
	}
}

/** Device ids derive from keys, so nobody can be added under another device's id. */
async function isValidSubject(
	crypto: RosterCrypto,
	{ op, subject }: RosterEntry,
): Promise<boolean> {
	if (op === 'relays' || op === 'policy' || op === 'settle') return subject === null;
	if (subject === null) return false;
	if (op === 'revoke') return isZero(subject.sign) && isZero(subject.kem);
	return subject.device === (await deviceIdOf(crypto, subject.sign, subject.kem));
}

async function isSigned(
	crypto: RosterCrypto,
	author: Bytes,
	signature: Bytes,
	canonical: Bytes,
): Promise<boolean> {
	try {
		const verifier = await crypto.verifier(author);
		return await crypto.verify(verifier, signature, signedBytes('roster', canonical));
	} catch (error) {
		if (error instanceof Fault && error.kind === 'malformed') return false;
		throw error;
	}
}

function apply(entry: RosterEntry, devices: Map<DeviceId, RosterEntry>): void {
	const { op, subject } = entry;
	if (subject === null) return;
	if (op === 'revoke') devices.delete(subject.device);
	else devices.set(subject.device, entry);
}

/**
 * Owner keys with the number of the entry since which each has been one. Computed from the devices
 * that remain: a key that two devices name outlives one of them (ID41). A kit's own key is never an
 * owner's (KT14).
 */
function ownersOf(
	devices: ReadonlyMap<DeviceId, RosterEntry>,
	before: ReadonlyMap<string, number>,
	seq: number,
): Map<string, number> {
	const owners = new Map<string, number>();
	for (const { roles, subject } of devices.values()) {
		if (!subject?.owner || !isOwner(roles)) continue;
		if (kitByOwnerKey(devices, subject.owner) !== null) continue;
		const hex = hexOf(subject.owner);
		owners.set(hex, before.get(hex) ?? seq);
	}
	return owners;
}

/** Latest end among the devices that own by this key; `null`: never expires. */
function ownerExpiry(devices: ReadonlyMap<DeviceId, RosterEntry>, key: Bytes): number | null {
	let end = 0;
	for (const { roles, subject, notAfterMs } of devices.values()) {
		if (!subject?.owner || !isOwner(roles) || !equalBytes(subject.owner, key)) continue;
		if (notAfterMs === null) return null;
		end = Math.max(end, notAfterMs);
	}
	return end === 0 ? null : end;
}

/** Public keys of unexpired owners (ID44). */
export function currentOwners({ devices, owners }: Roster, wallMs: number): readonly Bytes[] {
	return [...devices.values()].flatMap((entry) => {
		const key = entry.subject?.owner;
		const owns = key && isOwner(entry.roles) && owners.has(hexOf(key));
		return owns && inForce(entry, wallMs) ? [key] : [];
	});
}

function narrows(
	{ op, subject, roles }: RosterEntry,
	devices: ReadonlyMap<DeviceId, RosterEntry>,
): boolean {
	if (op === 'settle') return true;
	const before = subject === null ? undefined : devices.get(subject.device)?.roles;
	if (before === undefined) return false;
	if (op === 'revoke') return true;
	return opensLess(before, roles);
}
