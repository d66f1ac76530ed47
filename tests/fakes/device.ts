import { WebCrypto } from '#web/crypto.ts';
import type { HomeId } from '#domain/base/ids.ts';
import { Arrivals } from '#engine/members/arrivals.ts';
import { LocalDevice } from '#engine/home/local-device.ts';
import { RelayClient, type RelayClientTools } from '#engine/messaging/relay-client.ts';
import { HomeRoster } from '#engine/home/home-roster.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Relays } from '#ports/network/relay.ts';
import { FakeNetwork } from './network.ts';
import { MemorySegmentStore } from './segment-store.ts';
import { FakeVault } from './vault.ts';

/** Without direct connections. */
const NOWHERE: RelayClientTools['directRelays'] = { origin: null, on: () => () => undefined };

/** A device of a home, complete except for lens and network. */
export interface FakeDevice<C extends Clock = Clock> {
	readonly crypto: WebCrypto;
	readonly clock: C;
	readonly vault: FakeVault;
	readonly segments: MemorySegmentStore;
	readonly localDevice: LocalDevice;
	readonly homeRoster: HomeRoster;
	/** Not started. */
	readonly arrivals: Arrivals;
	readonly network: FakeNetwork;
	/** A relay client for this device; not started. */
	readonly linkTo: (relay: Relays, directRelays?: RelayClientTools['directRelays']) => RelayClient;
	/** The home that it founded itself. */
	readonly founded: HomeId;
	/** The same device in another tab, or after a reload. */
	readonly again: () => FakeDevice<C>;
}

export function fakeDevice<C extends Clock>(
	clock: C,
	vault = new FakeVault(),
	segments = new MemorySegmentStore(),
	network = new FakeNetwork(),
): FakeDevice<C> {
	const crypto = new WebCrypto();
	const localDevice = new LocalDevice({ crypto, vault, segments, clock });
	const homeRoster = new HomeRoster({ localDevice, crypto, vault, clock });
	const arrivals = new Arrivals({ crypto, clock, vault, localDevice, homeRoster });
	return {
		...{ crypto, clock, vault, segments, localDevice, homeRoster, arrivals, network },
		linkTo: (relays, directRelays = NOWHERE) =>
			new RelayClient({
				relays,
				crypto,
				clock,
				vault,
				localDevice,
				homeRoster,
				network,
				directRelays,
			}),
		get founded() {
			const [first] = localDevice.unlocked?.identity.homes ?? [];
			if (first === undefined) throw new Error('the device founded no home');
			return first.home;
		},
		again: () => fakeDevice(clock, vault, segments, new FakeNetwork(network.origin)),
	};
}
