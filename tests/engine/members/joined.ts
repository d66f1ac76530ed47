import type { Role, Subject } from '#domain/home/roster.ts';
import type { ManualClock } from '../../fakes/clock.ts';
import type { FakeDevice } from '../../fakes/device.ts';
import { fakeHome, type FakeMember } from '../../fakes/member.ts';
import type { FakeRelay } from '../../fakes/relay.ts';
import { until } from '../../support/until.ts';

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

/** An owner, a camera and a viewer, all connected to the relay. */
export async function connectedHome(
	clock: ManualClock,
	relay: FakeRelay,
): ReturnType<typeof fakeHome> {
	const all = await fakeHome(clock, relay, RELAY);
	const [owner, camera, viewer] = all;
	relay.open(owner.homeRoster.entries, homeOf(owner));
	await connect(owner);
	await joinAndConnect(owner, camera, ['camera'], 'Door');
	await joinAndConnect(owner, viewer, ['viewer'], 'Phone');
	return all;
}

export function homeOf({ homeRoster }: FakeMember) {
	const home = homeRoster.roster?.home;
	if (home === undefined) throw new Error('no home');
	return home;
}

export async function connect(one: FakeMember): Promise<void> {
	one.begin();
	await until(() => one.messenger.state.kind === 'connected');
}

/** Connected once the relay has all that the owner signed. */
export async function joinAndConnect(
	owner: FakeMember,
	one: FakeMember,
	roles: readonly Role[],
	name: string,
): Promise<void> {
	await joinedTo(owner, one, roles, name);
	await until(() => owner.messenger.relaySeq === owner.homeRoster.entries.length);
	await connect(one);
}
