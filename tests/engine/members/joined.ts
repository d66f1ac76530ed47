import type { Role, Subject } from '#domain/home/roster.ts';
import type { Homestead } from '../../fakes/homestead.ts';

export const RELAY = 'https://cam.local:8443';

/** What a device says about itself when it is paired. */
export async function subjectOf({ membership }: Pick<Homestead, 'membership'>): Promise<Subject> {
	const { device, sign, kem, dtls, ownerKey } = await membership.self();
	const fingerprint = dtls?.fingerprint ?? null;
	return { device, sign: sign.public, kem: kem.public, owner: ownerKey, dtls: fingerprint };
}

/** As pairing does it, without its conversation. */
export async function joinedTo(
	owner: Homestead,
	newcomer: Homestead,
	roles: readonly Role[],
	name = 'Küche',
): Promise<Awaited<ReturnType<Homestead['membership']['admit']>>> {
	const given = await owner.membership.admit(await subjectOf(newcomer), roles, name);
	await newcomer.membership.enter(given.roster, given.homeKey, RELAY);
	return given;
}
