import type { Role } from './roster.ts';

/**
 * Rights: docs/spec/identity.md, RG1 to RG4. Whoever holds the secret enforces them: a camera
 * before it grants a key or obeys a command, the relay before it forwards.
 */
export type Right =
	/** Live pictures. */
	| 'watch'
	/** Keys of footage, events and thumbnails made since the member joined. */
	| 'footage'
	/** Keys of footage from before it joined, on request. */
	| 'earlier'
	/** Commands that take nothing away. */
	| 'control'
	/** Commands that end surveillance, or take over a sound that somebody else started. */
	| 'stop'
	/** Changing the roster, members and their access, and what of a camera leaves its device. */
	| 'manage'
	/** Sending footage and live parts of its own cameras. */
	| 'record'
	/** Sending messages to other members. */
	| 'write';

/** What a member may see and do, in ascending order. */
export const ACCESSES = ['live-only', 'view-only', 'viewer', 'owner'] as const;
export type Access = (typeof ACCESSES)[number];

const RIGHTS: Readonly<Record<Access | 'camera' | 'recovery', readonly Right[]>> = {
	'live-only': ['write', 'watch'],
	'view-only': ['write', 'watch', 'footage'],
	viewer: ['write', 'watch', 'footage', 'control'],
	owner: ['write', 'watch', 'footage', 'earlier', 'control', 'stop', 'manage'],
	/** Sees no other camera. */
	camera: ['write', 'record'],
	/**
	 * Opens nothing and talks to nobody; the owner it makes asks for keys (docs/spec/kit.md, KT15).
	 */
	recovery: [],
};

/** Roles that restrict a viewer. */
const NARROWING_ROLES: readonly Role[] = ['live', 'view-only'];

/** Narrowing roles do not restrict an owner. `null`: may see nothing. */
export function accessOf(roles: readonly Role[]): Access | null {
	if (isOwner(roles)) return 'owner';
	if (!roles.includes('viewer')) return null;
	if (isLiveOnly(roles)) return 'live-only';
	return roles.includes('view-only') ? 'view-only' : 'viewer';
}

const ROLES: Readonly<Record<Access, readonly Role[]>> = {
	'live-only': ['viewer', 'live'],
	'view-only': ['viewer', 'view-only'],
	viewer: ['viewer'],
	owner: ['viewer', 'owner'],
};

export function rolesFor(access: Access | null, camera: boolean): readonly Role[] {
	const own: readonly Role[] = camera ? ['camera'] : [];
	return access === null ? own : [...own, ...ROLES[access]];
}

export function may(roles: readonly Role[], right: Right): boolean {
	const access = accessOf(roles);
	return (
		(access !== null && RIGHTS[access].includes(right)) ||
		(isCamera(roles) && RIGHTS.camera.includes(right)) ||
		(isKit(roles) && RIGHTS.recovery.includes(right))
	);
}

/**
 * Which epoch keys of a camera are granted to a member without being asked (ID38): those made since
 * it got its access, or all. A recovery kit opens none of them before it has made an owner (KT15).
 */
export function grantsFor(roles: readonly Role[]): 'none' | 'later' | 'all' {
	if (isKit(roles) || may(roles, 'earlier')) return 'all';
	return may(roles, 'footage') ? 'later' : 'none';
}

export function isOwner(roles: readonly Role[]): boolean {
	return roles.includes('owner');
}

function isLiveOnly(roles: readonly Role[]): boolean {
	return roles.includes('live');
}

export function isCamera(roles: readonly Role[]): boolean {
	return roles.includes('camera');
}

/** A recovery kit is paper, not a device. */
export function isKit(roles: readonly Role[]): boolean {
	return roles.includes('recovery');
}

export const KIT_ROLES: readonly Role[] = ['recovery'];

/** An owner's roles: of a device that is not in the roster yet, or was there with `before`. */
export function ownerRoles(before: readonly Role[]): readonly Role[] {
	return rolesFor('owner', isCamera(before));
}

export function withCamera(roles: readonly Role[]): readonly Role[] {
	return isCamera(roles) ? roles : ['camera', ...roles];
}

/** KT6: a claim promotes to owner and keeps the camera role. Not for owners and kits. */
export function mayClaim(before: readonly Role[], claimed: readonly Role[]): boolean {
	if (isOwner(before) || isKit(before)) return false;
	const keeps = !isCamera(before) || isCamera(claimed);
	const allowed = [...ROLES.owner, 'camera'];
	const owns = ROLES.owner.every((role) => claimed.includes(role));
	return keeps && owns && claimed.every((role) => allowed.includes(role));
}

/** Whether the later roles open less than the earlier. */
export function opensLess(before: readonly Role[], after: readonly Role[]): boolean {
	const opens: readonly Role[] = [...ROLES.owner, ...KIT_ROLES];
	const lost = opens.some((role) => before.includes(role) && !after.includes(role));
	return lost || (isLiveOnly(after) && !isLiveOnly(before));
}

/** Whether `roles` give nothing that `limit` does not. */
export function areWithin(roles: readonly Role[], limit: readonly Role[]): boolean {
	const rank = (of: readonly Role[]) => {
		const access = accessOf(of);
		return access === null ? -1 : ACCESSES.indexOf(access);
	};
	return (
		rank(roles) <= rank(limit) &&
		(!isCamera(roles) || isCamera(limit)) &&
		(!isKit(roles) || isKit(limit))
	);
}

/** What both give: narrowing roles accumulate. */
export function sharedRoles(a: readonly Role[], b: readonly Role[]): readonly Role[] {
	return [...new Set([...a, ...b])].filter(
		(role) => NARROWING_ROLES.includes(role) || (a.includes(role) && b.includes(role)),
	);
}

/** Remote commands to a camera. */
export const COMMANDS = [
	'lens',
	'torch',
	'quality',
	'start',
	'stop',
	'guard',
	'restart',
	'siren',
	'talk',
	/** What of the camera is copied to the relay. */
	'copy',
] as const;
export type CommandName = (typeof COMMANDS)[number];
export type CommandArgument = string | boolean | null;

/**
 * `others`: somebody else started what the command would change, so that nobody takes it over in
 * order to end it. `restart` needs `stop`, because a restart that fails has stopped the camera.
 */
export function rightFor(name: CommandName, value: CommandArgument, others = false): Right {
	if (name === 'stop' || name === 'restart') return 'stop';
	if (name === 'copy') return 'manage';
	if (name === 'guard') return value === true ? 'control' : 'stop';
	return others ? 'stop' : 'control';
}
