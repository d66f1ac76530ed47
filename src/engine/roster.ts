import { hexOf, isZero, joined, same, type Bytes } from '#domain/bytes.ts';
import { Fault } from '#domain/fault.ts';
import type { DeviceId, HomeId } from '#domain/ids.ts';
import {
	buildEntry,
	parseEntry,
	type Role,
	type RosterEntry,
	type Subject,
} from '#domain/roster.ts';
import { signedBytes } from '#domain/signed.ts';
import type { Crypto, Pair, SignKey } from '#ports/crypto.ts';
import { deviceIdOf, homeIdOf } from './keys.ts';
import { dropClaims, kitMay, kitOf, type Claim } from './claims.ts';

/** What checking a roster takes: a relay can do it, too. */
type Checking = Pick<Crypto, 'sha256' | 'verifier' | 'verify'>;

export interface Roster {
	readonly home: HomeId;
	readonly seq: number;
	/** SHA-256 of the newest entry: what the next one names. */
	readonly head: Bytes;
	/** Public owner keys in force, as hex. */
	readonly owners: ReadonlySet<string>;
	/** Devices in force, with the entry that says so. Whether their time is up is for `inForce`. */
	readonly devices: ReadonlyMap<DeviceId, RosterEntry>;
	/** Devices that a recovery kit wants as owners, not in force yet (KT5). */
	readonly claims: ReadonlyMap<DeviceId, Claim>;
	/** Keys of every device and every owner there ever was: what they signed in their time still holds. */
	readonly past: {
		readonly devices: ReadonlyMap<DeviceId, Subject>;
		readonly owners: ReadonlyMap<string, Bytes>;
	};
	/** The newest entry that took something away from somebody; 0 for none. Epochs from before it are used no more. */
	readonly narrowedSeq: number;
}

export function inForce(entry: RosterEntry | undefined, wallMs: number): entry is RosterEntry {
	return entry !== undefined && (entry.notAfterMs === null || wallMs < entry.notAfterMs);
}

/** ID41. Throws `corrupt` where the owner key that a device names is another member's. */
export function checkOwnerKey({ devices }: Roster, { device, owner }: Subject): void {
	for (const [other, { subject }] of devices) {
		if (other !== device && owner && subject?.owner && same(subject.owner, owner)) {
			throw new Fault('corrupt', 'an owner key that is another member’s');
		}
	}
}

export async function signEntry(
	crypto: Crypto,
	author: SignKey,
	entry: RosterEntry,
): Promise<Bytes> {
	const canonical = buildEntry(entry);
	return joined(canonical, await crypto.sign(author, signedBytes('roster', canonical)));
}

/** Signed to follow the newest entry of a roster. */
export function nextEntry(
	crypto: Crypto,
	author: Pair<SignKey>,
	roster: Roster,
	wallMs: number,
	said: Pick<RosterEntry, 'op' | 'roles' | 'notAfterMs' | 'subject' | 'detail'>,
): Promise<Bytes> {
	const { op, roles, notAfterMs, subject, detail } = said;
	return signEntry(crypto, author.key, {
		...{ op, roles, notAfterMs, subject, detail },
		...{ home: roster.home, seq: roster.seq + 1, prev: roster.head },
		...{ wallMs: Math.floor(wallMs), author: author.public },
	});
}

/**
 * Replays a roster from its first entry. Throws `corrupt` at the first entry that does not follow:
 * wrong number, hash, home, signature, or an author who was no owner at that point.
 */
export async function replayRoster(crypto: Checking, entries: readonly Bytes[]): Promise<Roster> {
	const claims = new Map<DeviceId, Claim>();
	let owners = new Set<string>();
	const devices = new Map<DeviceId, RosterEntry>();
	const past = { devices: new Map<DeviceId, Subject>(), owners: new Map<string, Bytes>() };
	let narrowedSeq = 0;
	let home: HomeId | null = null;
	let prev: Bytes = new Uint8Array(32);
	for (const [at, bytes] of entries.entries()) {
		const { entry, canonical, signature } = parsed(bytes);
		home ??= await homeIdOf(crypto, entry.author);
		if (at === 0 && entry.op === 'add' && entry.subject?.owner) owners.add(hexOf(entry.author));
		const hex = hexOf(entry.author);
		const kit = owners.has(hex) ? null : kitOf(devices, entry.author);
		const follows =
			entry.seq === at + 1 &&
			entry.home === home &&
			same(entry.prev, prev) &&
			(owners.has(hex) || (kit !== null && kitMay(kit, entry, { owners, devices, claims }))) &&
			(at > 0 || same(entry.subject?.owner ?? new Uint8Array(), entry.author)) &&
			(await fits(crypto, entry)) &&
			(await isSigned(crypto, entry.author, signature, canonical));
		if (!follows) throw new Fault('corrupt', `roster entry ${at + 1} does not follow`);
		prev = await crypto.sha256(bytes);
		const { op, subject } = entry;
		if (kit !== null && op === 'add' && subject !== null) {
			claims.set(subject.device, { entry, kit });
			continue;
		}
		if (kit === null) past.owners.set(hex, entry.author);
		if (narrows(entry, devices)) narrowedSeq = entry.seq;
		apply(entry, devices);
		owners = ownersOf(devices);
		dropClaims(claims, entry, devices);
		if (subject !== null && op !== 'revoke') past.devices.set(subject.device, subject);
		if (subject?.owner && entry.roles.includes('owner')) {
			past.owners.set(hexOf(subject.owner), subject.owner);
		}
	}
	if (home === null) throw new Fault('corrupt', 'an empty roster');
	return { home, seq: entries.length, head: prev, owners, devices, claims, past, narrowedSeq };
}

function parsed(bytes: Bytes): ReturnType<typeof parseEntry> {
	try {
		return parseEntry(bytes);
	} catch (error) {
		throw new Fault('corrupt', 'a roster entry that cannot be read', error);
	}
}

/** A device's id is made from its keys, so nobody is added under another's id. */
async function fits(crypto: Checking, { op, subject }: RosterEntry): Promise<boolean> {
	if (op === 'relays' || op === 'policy') return subject === null;
	if (subject === null) return false;
	if (op === 'revoke') return isZero(subject.sign) && isZero(subject.kem);
	return subject.device === (await deviceIdOf(crypto, subject.sign, subject.kem));
}

async function isSigned(
	crypto: Checking,
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

/** By what stands now, not by what goes: a key that two devices name is not lost with one of them (ID41). */
function ownersOf(devices: ReadonlyMap<DeviceId, RosterEntry>): Set<string> {
	const owners = new Set<string>();
	for (const { roles, subject } of devices.values()) {
		if (subject?.owner && roles.includes('owner')) owners.add(hexOf(subject.owner));
	}
	return owners;
}

const MAY_OPEN: readonly Role[] = ['viewer', 'owner', 'recovery'];

function narrows(
	{ op, subject, roles }: RosterEntry,
	devices: ReadonlyMap<DeviceId, RosterEntry>,
): boolean {
	const before = subject === null ? undefined : devices.get(subject.device)?.roles;
	if (before === undefined) return false;
	if (op === 'revoke') return true;
	const lost = MAY_OPEN.some((role) => before.includes(role) && !roles.includes(role));
	return lost || (roles.includes('live') && !before.includes('live'));
}
