import type { Role, Subject } from '#domain/home/roster.ts';
import type { FakeDevice } from '../../fakes/device.ts';

export const RELAY = 'https://cam.local:8443';

/** What a device presents when it is paired. */
export async function subjectOf({ homeRoster }: Pick<FakeDevice, 'homeRoster'>): Promise<Subject> {
	const { device, sign, kem, dtls, ownerKey } = await homeRoster.self();
	const fingerprint = dtls?.fingerprint ?? null;
	return { device, sign: sign.public, kem: kem.public, owner: ownerKey, dtls: fingerprint };
}

/** Joins as pairing does, without its protocol. */
export async function joinedTo(
	owner: FakeDevice,
	newcomer: FakeDevice,
	roles: readonly Role[],
	name = 'Küche',
): Promise<Awaited<ReturnType<FakeDevice['homeRoster']['admit']>>> {
	const given = await owner.homeRoster.admit(await subjectOf(newcomer), roles, name);
	await newcomer.homeRoster.enter(given.roster, given.homeKey, RELAY);
	return given;
}
