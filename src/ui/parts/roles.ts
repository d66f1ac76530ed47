import { ACCESSES, accessOf, isCamera, isKit, rolesFor, type Access } from '#domain/home/rights.ts';
import type { Role } from '#domain/home/roster.ts';
import type { DeviceWords } from '#ui/words/en/devices.ts';

export type RoleName = Access | 'camera' | 'recovery';

/** The roles of a device as form fields. */
export interface RoleChoice {
	/** Empty: it can view nothing. */
	readonly access: Access | '';
	readonly camera: boolean;
}

export const ACCESS_CHOICES: readonly Access[] = ACCESSES;

/** `null`: a recovery kit, whose role is fixed. */
export function roleChoiceOf(roles: readonly Role[]): RoleChoice | null {
	return isKit(roles) ? null : { access: accessOf(roles) ?? '', camera: isCamera(roles) };
}

export function rolesOf({ access, camera }: RoleChoice): readonly Role[] {
	return rolesFor(access === '' ? null : access, camera);
}

/** The name of these roles, apart from `camera`. */
export function roleName(roles: readonly Role[]): RoleName {
	return isKit(roles) ? 'recovery' : (accessOf(roles) ?? 'camera');
}

export function roleText(roles: readonly Role[], w: DeviceWords): string {
	const name = roleName(roles);
	const said = w.roles[name];
	return isCamera(roles) && name !== 'camera' ? w.andCamera(said) : said;
}
