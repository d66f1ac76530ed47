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
	/** Changing the roster: members and their access. */
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
export const NARROWING_ROLES: readonly Role[] = ['live', 'view-only'];

/** Narrowing roles do not restrict an owner. `null`: may see nothing. */
export function accessOf(roles: readonly Role[]): Access | null {
	if (roles.includes('owner')) return 'owner';
	if (!roles.includes('viewer')) return null;
	if (roles.includes('live')) return 'live-only';
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
		(roles.includes('camera') && RIGHTS.camera.includes(right)) ||
		(roles.includes('recovery') && RIGHTS.recovery.includes(right))
	);
}

export function isCamera(roles: readonly Role[]): boolean {
	return roles.includes('camera');
}

/** A recovery kit is paper, not a device. */
export function isKit(roles: readonly Role[]): boolean {
	return roles.includes('recovery');
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
] as const;
export type CommandName = (typeof COMMANDS)[number];
export type CommandArgument = string | boolean | null;

/**
 * `others`: somebody else started what the command would change, so that nobody takes it over in
 * order to end it. `restart` needs `stop`, because a restart that fails has stopped the camera.
 */
export function rightFor(name: CommandName, value: CommandArgument, others = false): Right {
	if (name === 'stop' || name === 'restart') return 'stop';
	if (name === 'guard') return value === true ? 'control' : 'stop';
	return others ? 'stop' : 'control';
}
