import type { Role } from './roster.ts';

/**
 * Who may what, in one table: cameras, relay and screens ask it (docs/spec/identity.md, RG1 to
 * RG4). Whoever holds the secret checks the right: a camera before it gives a key or obeys, the
 * relay before it hands on.
 */
export type Right =
	/** Live pictures. */
	| 'watch'
	/** Keys of footage, events and thumbnails from its coming on. */
	| 'footage'
	/** Keys of footage from before it came, because it asks. */
	| 'earlier'
	/** Orders that take nothing away. */
	| 'control'
	/** Orders that end what watches, or silence somebody else. */
	| 'stop'
	/** The roster: who is in the home and what they may. */
	| 'manage'
	/** Sends footage and live parts of its own cameras. */
	| 'record'
	/** Writes letters to other members. */
	| 'write';

/** What a member may see and do, the least first. */
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
	 * It opens nothing and talks to nobody: the owner that it makes asks (docs/spec/kit.md, KT15).
	 */
	recovery: [],
};

/** Roles that take something away from a viewer. */
export const NARROWING_ROLES: readonly Role[] = ['live', 'view-only'];

/** Nothing narrows an owner. `null`: it sees nothing. */
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

/** On paper: no device of the home. */
export function isKit(roles: readonly Role[]): boolean {
	return roles.includes('recovery');
}

/** What is asked of a camera from afar. */
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
 * `others`: somebody else began what it is about, so that nobody takes it over to end it. A restart
 * that does not start again has stopped.
 */
export function rightFor(name: CommandName, value: CommandArgument, others = false): Right {
	if (name === 'stop' || name === 'restart') return 'stop';
	if (name === 'guard') return value === true ? 'control' : 'stop';
	return others ? 'stop' : 'control';
}
