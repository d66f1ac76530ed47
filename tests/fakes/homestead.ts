import { WebCrypto } from '#browser/keys/crypto.ts';
import type { HomeId } from '#domain/base/ids.ts';
import { Arrivals } from '#engine/members/arrivals.ts';
import { House } from '#engine/home/house.ts';
import { Link, type LinkTools } from '#engine/messaging/link.ts';
import { Membership } from '#engine/home/membership.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Relays } from '#ports/network/relay.ts';
import { FakeNetwork } from './network.ts';
import { MemorySegmentStore } from './segment-store.ts';
import { FakeVault } from './vault.ts';

/** No other device was ever connected by codes. */
const NOWHERE: LinkTools['near'] = { origin: null, on: () => () => undefined };

/** A device of a home, whole but for lens and network. */
export interface Homestead<C extends Clock = Clock> {
	readonly crypto: WebCrypto;
	readonly clock: C;
	readonly vault: FakeVault;
	readonly segments: MemorySegmentStore;
	readonly house: House;
	readonly membership: Membership;
	/** Not begun. */
	readonly arrivals: Arrivals;
	readonly network: FakeNetwork;
	/** Its line to a relay; not begun. */
	readonly linkTo: (relay: Relays, near?: LinkTools['near']) => Link;
	/** The home it founded itself. */
	readonly founded: HomeId;
	/** The same device in another tab, or after a reload. */
	readonly again: () => Homestead<C>;
}

export function homestead<C extends Clock>(
	clock: C,
	vault = new FakeVault(),
	segments = new MemorySegmentStore(),
	network = new FakeNetwork(),
): Homestead<C> {
	const crypto = new WebCrypto();
	const house = new House({ crypto, vault, segments, clock });
	const membership = new Membership({ house, crypto, vault, clock });
	const arrivals = new Arrivals({ crypto, clock, vault, house, membership });
	return {
		...{ crypto, clock, vault, segments, house, membership, arrivals, network },
		linkTo: (relays, near = NOWHERE) =>
			new Link({ relays, crypto, clock, vault, house, membership, network, near }),
		get founded() {
			const [first] = house.household?.identity.homes ?? [];
			if (first === undefined) throw new Error('nothing was founded');
			return first.home;
		},
		again: () => homestead(clock, vault, segments, new FakeNetwork(network.origin)),
	};
}
