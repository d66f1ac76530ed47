/** A home with more than one owner, and what its owners sign by hand. */
import { WebCrypto } from '#browser/keys/crypto.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import type { Role } from '#domain/home/roster.ts';
import { nextEntry, replayRoster } from '#engine/home/roster.ts';
import type { KeyPair, SignKey } from '#ports/keys/crypto.ts';
import { verifyCrypto } from '#relay/base/crypto.ts';
import { HomeRegistry } from '#relay/session/home-registry.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { FakeRelay } from '../../fakes/relay.ts';
import { fakeHome, fakeMember, type FakeMember } from '../../fakes/member.ts';
import { joinedTo, RELAY } from '../members/joined.ts';

const crypto = new WebCrypto();

interface Owners {
	readonly clock: ManualClock;
	readonly relay: FakeRelay;
	readonly owner: FakeMember;
	readonly second: FakeMember;
	readonly camera: FakeMember;
	readonly viewer: FakeMember;
}

/** All are in the roster of `owner`; the others have not learned of it yet. */
export async function ownersHome(): Promise<Owners> {
	const clock = new ManualClock();
	const relay = new FakeRelay(clock, RELAY);
	const [owner, camera, viewer] = await fakeHome(clock, relay, RELAY);
	const second = fakeMember(clock, relay);
	for (const [one, roles, name] of [
		[camera, ['camera'], 'Door'],
		[viewer, ['viewer'], 'Phone'],
		[second, ['viewer', 'owner'], 'Second'],
	] as [FakeMember, Role[], string][]) {
		await joinedTo(owner, one, roles, name);
	}
	return { clock, relay, owner, second, camera, viewer };
}

/** A relay that has these entries, and what it says when the camera brings more. */
export function relayWith(
	{ clock, owner, camera }: Pick<Owners, 'clock' | 'owner' | 'camera'>,
	entries: readonly Bytes[],
	more: readonly Bytes[],
): ReturnType<HomeRegistry['append']> {
	const homes = new HomeRegistry(verifyCrypto, [{ home: owner.founded, entries }]);
	const now = { nowMs: 0, wallMs: clock.wallMs() };
	return homes.append(owner.founded, camera.device, more, now);
}

/** Signs one more entry on top; an owner that is let in unless `said` otherwise. */
export async function signed(
	clock: ManualClock,
	entries: Bytes[],
	by: KeyPair<SignKey>,
	said: Partial<Parameters<typeof nextEntry>[4]>,
): Promise<void> {
	const roster = await replayRoster(crypto, entries);
	entries.push(
		await nextEntry(crypto, by, roster, clock.wallMs(), {
			...{ op: 'add', roles: ['viewer', 'owner'], notAfterMs: null },
			...{ subject: null, detail: new Uint8Array(), ...said },
		}),
	);
}

/** The owner key of a device. */
export function keyOf(one: FakeMember): KeyPair<SignKey> {
	const key = one.localDevice.unlocked?.identity.owner;
	if (!key) throw new Error('nobody');
	return key;
}
