import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import { EpochGrants } from '#engine/members/epoch-grants.ts';
import { GrantReceiver } from '#engine/members/grant-receiver.ts';
import { GrantIssuer } from '#engine/members/grant-issuer.ts';
import type { RelayClient } from '#engine/messaging/relay-client.ts';
import { MemberList } from '#engine/members/member-list.ts';
import { LastSeenTracker } from '#engine/members/last-seen-tracker.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Relays } from '#ports/network/relay.ts';
import { fakeDevice, type FakeDevice } from './device.ts';
import type { ManualClock } from './clock.ts';
import { FakeNetwork } from './network.ts';
import { MemoryGrantStore } from './grant-store.ts';
import { MemoryLastSeenStore } from './last-seen-store.ts';

/** A device of a home, wired up with its relay connection, grants and member list. */
export interface FakeMember<C extends Clock = ManualClock> extends FakeDevice<C> {
	readonly messenger: RelayClient;
	readonly grants: MemoryGrantStore;
	readonly epochGrants: EpochGrants;
	readonly grantIssuer: GrantIssuer;
	readonly grantReceiver: GrantReceiver;
	readonly members: MemberList;
	readonly lastSeen: LastSeenTracker;
	readonly seen: MemoryLastSeenStore;
	/** How often its run was replaced. */
	readonly renewed: () => number;
	readonly device: DeviceId;
	/** Its first camera. */
	readonly camera: CameraId;
	begin(): void;
}

export function fakeMember<C extends Clock>(
	clock: C,
	relay: Relays,
	network = new FakeNetwork(),
	seen = new MemoryLastSeenStore(),
): FakeMember<C> {
	const home = fakeDevice(clock, undefined, undefined, network);
	const { crypto, vault, localDevice, homeRoster, arrivals } = home;
	const messenger = home.linkTo(relay);
	let renewed = 0;
	const grants = new MemoryGrantStore();
	const { segments } = home;
	const epochGrants = new EpochGrants({
		...{ crypto, vault, clock, localDevice, homeRoster, grants, segments },
	});
	const grantIssuer = new GrantIssuer({
		...{ crypto, localDevice, homeRoster, messenger, epochGrants },
		renew: () => {
			renewed += 1;
			return Promise.resolve();
		},
	});
	const grantReceiver = new GrantReceiver({ crypto, vault, localDevice, homeRoster, messenger });
	const lastSeen = new LastSeenTracker(clock, seen);
	const members = new MemberList({
		crypto,
		clock,
		localDevice,
		homeRoster,
		messenger,
		grantIssuer,
		lastSeen,
	});
	return {
		...{
			crypto,
			clock,
			vault,
			localDevice,
			homeRoster,
			messenger,
			grantIssuer,
			grantReceiver,
			members,
		},
		...{ lastSeen, seen, arrivals, network: home.network, segments, grants, epochGrants },
		...{ linkTo: home.linkTo, again: home.again },
		renewed: () => renewed,
		get founded() {
			return home.founded;
		},
		get device() {
			const device = localDevice.unlocked?.identity.device;
			if (device === undefined) throw new Error('no device');
			return device;
		},
		get camera() {
			const [camera] = localDevice.unlocked?.identity.cameras ?? [];
			if (camera === undefined) throw new Error('no camera');
			return camera.id;
		},
		begin: () => {
			grantIssuer.begin();
			grantReceiver.begin();
			messenger.begin();
		},
	};
}

/**
 * Owner, camera and viewer: the owner's home is open at the relay, and nobody has joined it yet.
 */
export async function fakeHome(
	clock: ManualClock,
	relay: Relays,
	meetsAt: string,
): Promise<readonly [owner: FakeMember, camera: FakeMember, viewer: FakeMember]> {
	const [owner, camera, viewer] = [
		fakeMember(clock, relay),
		fakeMember(clock, relay),
		fakeMember(clock, relay),
	];
	await owner.localDevice.createCamera();
	await camera.localDevice.createCamera();
	await owner.homeRoster.setRelay(meetsAt);
	return [owner, camera, viewer];
}
