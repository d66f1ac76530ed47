import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import { Granted } from '#engine/members/granted.ts';
import { Granting } from '#engine/members/granting.ts';
import type { Link } from '#engine/messaging/link.ts';
import { Members } from '#engine/members/members.ts';
import { Sightings } from '#engine/members/sightings.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Relays } from '#ports/network/relay.ts';
import { homestead, type Homestead } from './homestead.ts';
import type { ManualClock } from './clock.ts';
import { FakeNetwork } from './network.ts';
import { MemoryLastSeenStore } from './last-seen-store.ts';

/**
 * A device of a home with all that wiring gives it: its line, its grants, and the list of who
 * belongs.
 */
export interface Resident<C extends Clock = ManualClock> extends Homestead<C> {
	readonly link: Link;
	readonly granting: Granting;
	readonly granted: Granted;
	readonly members: Members;
	readonly sightings: Sightings;
	readonly seen: MemoryLastSeenStore;
	/** How often its run was replaced. */
	readonly renewed: () => number;
	readonly device: DeviceId;
	/** Its first. */
	readonly camera: CameraId;
	begin(): void;
}

export function resident<C extends Clock>(
	clock: C,
	relay: Relays,
	network = new FakeNetwork(),
	seen = new MemoryLastSeenStore(),
): Resident<C> {
	const home = homestead(clock, undefined, undefined, network);
	const { crypto, vault, house, membership, arrivals } = home;
	const link = home.linkTo(relay);
	let renewed = 0;
	const granting = new Granting({
		...{ crypto, vault, clock, house, membership, post: link },
		renew: () => {
			renewed += 1;
			return Promise.resolve();
		},
	});
	const granted = new Granted({ crypto, vault, house, membership, post: link });
	const sightings = new Sightings(clock, seen);
	const members = new Members({ crypto, clock, house, membership, link, granting, sightings });
	return {
		...{ crypto, clock, vault, house, membership, link, granting, granted, members },
		...{ sightings, seen, arrivals, network: home.network, segments: home.segments },
		...{ linkTo: home.linkTo, again: home.again },
		renewed: () => renewed,
		get founded() {
			return home.founded;
		},
		get device() {
			const device = house.household?.identity.device;
			if (device === undefined) throw new Error('no device');
			return device;
		},
		get camera() {
			const [camera] = house.household?.identity.cameras ?? [];
			if (camera === undefined) throw new Error('no camera');
			return camera.id;
		},
		begin: () => {
			granting.begin();
			granted.begin();
			link.begin();
		},
	};
}

/**
 * Owner, camera and viewer: the first has a home that meets at the relay, nobody has joined it yet.
 */
export async function household(
	clock: ManualClock,
	relay: Relays,
	meetsAt: string,
): Promise<readonly [owner: Resident, camera: Resident, viewer: Resident]> {
	const [owner, camera, viewer] = [
		resident(clock, relay),
		resident(clock, relay),
		resident(clock, relay),
	];
	await owner.house.found();
	await camera.house.found();
	await owner.membership.meetAt(meetsAt);
	return [owner, camera, viewer];
}
