import { hexOf, equalBytes, type Bytes } from '#domain/base/bytes.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import { isKit, mayClaim } from '#domain/home/rights.ts';
import type { RosterEntry } from '#domain/home/roster.ts';

/** What a recovery kit may do in a roster: docs/spec/kit.md, KT5 to KT8. */
export const CLAIM_DELAY_MS = 24 * 60 * 60 * 1000;
/** More devices than anybody loses in a day; limits how far a thief can fill the roster. */
const MAX_CLAIMS = 8;

export interface KitClaim {
	readonly entry: RosterEntry;
	/** The recovery kit that signed it. */
	readonly kit: DeviceId;
}

interface RosterView {
	/** By owner key, in hex. */
	readonly owners: ReadonlyMap<string, unknown>;
	readonly devices: ReadonlyMap<DeviceId, RosterEntry>;
	readonly claims: ReadonlyMap<DeviceId, KitClaim>;
}

/** The kit in force with this owner key. */
export function kitByOwnerKey(
	devices: ReadonlyMap<DeviceId, RosterEntry>,
	author: Bytes,
): DeviceId | null {
	for (const [device, { roles, subject }] of devices) {
		if (isKit(roles) && subject?.owner && equalBytes(subject.owner, author)) return device;
	}
	return null;
}

/** A kit may claim a device as an owner, and a day later make it one; nothing else. */
export function isAllowedForKit(kit: DeviceId, entry: RosterEntry, view: RosterView): boolean {
	const { op, subject, roles, notAfterMs, wallMs } = entry;
	const { owners, devices, claims } = view;
	const owner = subject?.owner;
	if (!owner || owners.has(hexOf(owner)) || notAfterMs !== null) return false;
	if (isOwnerKeyTaken(owner, subject.device, devices, claims)) return false;
	if (!mayClaim(devices.get(subject.device)?.roles ?? [], roles)) return false;
	const claim = claims.get(subject.device);
	if (op === 'add') {
		const pending = [...claims.values()].filter((one) => one.kit === kit).length;
		return claim === undefined && pending < MAX_CLAIMS;
	}
	const matches = claim?.kit === kit && isSameSubject(claim.entry.subject, subject);
	return op === 'rotate' && matches && wallMs - claim.entry.wallMs >= CLAIM_DELAY_MS;
}

/** Whether another member, kit or claimed device names this owner key (ID41). */
function isOwnerKeyTaken(
	owner: Bytes,
	device: DeviceId,
	devices: RosterView['devices'],
	claims: RosterView['claims'],
): boolean {
	const named = [...devices.values(), ...[...claims.values()].map(({ entry }) => entry)];
	return named.some(({ subject }) => {
		return subject?.owner && subject.device !== device && equalBytes(subject.owner, owner);
	});
}

/** An owner's entry about a device ends its claim; revoking a kit ends all of its claims. */
export function dropClaims(
	claims: Map<DeviceId, KitClaim>,
	{ subject }: RosterEntry,
	devices: ReadonlyMap<DeviceId, RosterEntry>,
): void {
	if (subject === null) return;
	claims.delete(subject.device);
	for (const [device, { kit }] of claims) {
		if (!isKit(devices.get(kit)?.roles ?? [])) claims.delete(device);
	}
}

function isSameSubject(a: RosterEntry['subject'], b: NonNullable<RosterEntry['subject']>): boolean {
	const keys = (one: NonNullable<RosterEntry['subject']>) => [one.sign, one.kem, one.owner];
	const theirs = keys(b);
	return (
		a !== null &&
		a.device === b.device &&
		keys(a).every((key, at) => equalBytes(key ?? new Uint8Array(), theirs[at] ?? new Uint8Array()))
	);
}
