import { accessOf, isCamera, isKit, type Access } from '#domain/rights.ts';
import type { Role } from '#domain/roster.ts';
import type { DeviceWords } from './words/en-devices.ts';

export type RoleName = Access | 'camera' | 'recovery';

/** What a person calls these roles together, but for that it is a camera as well. */
export function roleName(roles: readonly Role[]): RoleName {
	if (isKit(roles)) return 'recovery';
	return accessOf(roles) ?? 'camera';
}

export function roleSaid(roles: readonly Role[], w: DeviceWords): string {
	const name = roleName(roles);
	const said = w.roles[name];
	return isCamera(roles) && name !== 'camera' ? w.andCamera(said) : said;
}
