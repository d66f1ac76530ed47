import { ACCESSES, accessOf, isCamera, isKit, rolesFor, type Access } from '#domain/home/rights.ts';
import type { Role } from '#domain/home/roster.ts';
import type { DeviceWords } from '#ui/words/en/devices.ts';

export type RoleName = Access | 'camera' | 'recovery';

/** What an owner can make of a device, as a form has it. */
export interface RoleChoice {
	/** Empty: it sees nothing. */
	readonly access: Access | '';
	readonly camera: boolean;
}

export const ACCESS_CHOICES: readonly Access[] = ACCESSES;

/** `null`: a recovery kit stays one. */
export function roleChoiceOf(roles: readonly Role[]): RoleChoice | null {
	return isKit(roles) ? null : { access: accessOf(roles) ?? '', camera: isCamera(roles) };
}

export function rolesOf({ access, camera }: RoleChoice): readonly Role[] {
	return rolesFor(access === '' ? null : access, camera);
}

/** What a person calls these roles together, but for that it is a camera as well. */
export function roleName(roles: readonly Role[]): RoleName {
	return isKit(roles) ? 'recovery' : (accessOf(roles) ?? 'camera');
}

export function roleText(roles: readonly Role[], w: DeviceWords): string {
	const name = roleName(roles);
	const said = w.roles[name];
	return isCamera(roles) && name !== 'camera' ? w.andCamera(said) : said;
}
