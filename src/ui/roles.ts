import type { Role } from '#domain/roster.ts';
import type { DeviceWords } from './words/en-devices.ts';

export type RoleName = keyof DeviceWords['roles'];

/** What an owner can make of a device; a recovery kit stays one. */
export const ROLE_CHOICES = [
	'viewer',
	'live',
	'camera',
	'camera-viewer',
	'owner',
	'owner-camera',
] as const satisfies readonly RoleName[];

/** Owners may watch, whatever else they are. */
const ROLES: Readonly<Record<RoleName, readonly Role[]>> = {
	viewer: ['viewer'],
	live: ['viewer', 'live'],
	camera: ['camera'],
	'camera-viewer': ['camera', 'viewer'],
	owner: ['viewer', 'owner'],
	'owner-camera': ['camera', 'viewer', 'owner'],
	recovery: ['recovery'],
};

export function rolesOf(name: RoleName): readonly Role[] {
	return ROLES[name];
}

/** What a person calls these roles together. */
export function roleName(roles: readonly Role[]): RoleName {
	const is = (role: Role) => roles.includes(role);
	if (is('owner')) return is('camera') ? 'owner-camera' : 'owner';
	if (is('camera')) return is('viewer') ? 'camera-viewer' : 'camera';
	if (is('recovery')) return 'recovery';
	return is('live') ? 'live' : 'viewer';
}
