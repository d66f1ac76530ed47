/** A home with several owners, and entries that its owners sign by hand. */
import { WebCrypto } from '#web/crypto.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import type { Role } from '#domain/home/roster.ts';
import { nextEntry, replayRoster } from '#engine/home/roster.ts';
import type { KeyPair, SignKey } from '#ports/keys/crypto.ts';
import type { Refusal } from '#protocol/wire.ts';
import { HomeRegistry, type Home } from '#relay-core/home-registry.ts';
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

/** All are in `owner`'s roster; the others have not seen it yet. */
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

/** A relay with these entries, and its answer when the camera appends more. */
export async function relayWith(
	{ clock, owner, camera }: Pick<Owners, 'clock' | 'owner' | 'camera'>,
	entries: readonly Bytes[],
	more: readonly Bytes[],
): Promise<Home | Refusal> {
	const homes = new HomeRegistry(crypto, [{ home: owner.founded, entries }]);
	const now = { nowMs: 0, wallMs: clock.wallMs() };
	const appended = await homes.append(owner.founded, camera.device, more, now);
	return typeof appended === 'string' ? appended : appended.home;
}

/** Signs one more entry on top; admits an owner unless `said` differs. */
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

/** The device's owner key. */
export function keyOf(one: FakeMember): KeyPair<SignKey> {
	const key = one.localDevice.unlocked?.identity.owner;
	if (!key) throw new Error('nobody');
	return key;
}
