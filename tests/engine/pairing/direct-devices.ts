import { Fault } from '#domain/base/fault.ts';
import type { RelayClient } from '#engine/messaging/relay-client.ts';
import { DirectRelays } from '#engine/pairing/direct-relays.ts';
import { PairingController } from '#engine/pairing/controller.ts';
import type { PairingState } from '#engine/pairing/controls.ts';
import { InPageRelay } from '#relay-core/in-page-relay.ts';
import type { Relays } from '#ports/network/relay.ts';
import type { FakeDataNetwork } from '../../fakes/data-connections.ts';
import type { ManualClock } from '../../fakes/clock.ts';
import { fakeDevice, type FakeDevice } from '../../fakes/device.ts';
import { until } from '../../support/until.ts';

export const HERE = 'https://app.example';
/** A static host: a server answers, but it is not a relay. */
export const none: Relays = {
	info: () => Promise.resolve(null),
	connect: () => Promise.reject(new Fault('offline', 'no relay')),
};

/** A device with its user, without screens. */
export class Device {
	readonly home: FakeDevice<ManualClock>;
	readonly directRelays: DirectRelays;
	readonly pairing: PairingController;
	readonly messenger: RelayClient;

	constructor(air: FakeDataNetwork, clock: ManualClock, before?: FakeDevice<ManualClock>) {
		this.home = before ?? fakeDevice(clock);
		const { crypto, homeRoster, arrivals } = this.home;
		this.directRelays = new DirectRelays({
			crypto,
			clock,
			inPageRelay: () => Promise.resolve(new InPageRelay({ crypto, clock, homeRoster })),
			dataConnections: air.cables(),
			relays: none,
		});
		this.pairing = new PairingController({
			...{ crypto, clock, admissions: arrivals, here: HERE },
			...{
				relays: this.directRelays,
				directRelays: this.directRelays,
				relay: () => homeRoster.relay,
			},
			shown: () => this.messenger.rosterPublished(2000),
		});
		this.messenger = this.home.linkTo(this.directRelays, this.directRelays);
		arrivals.begin(this.messenger, async (device) => {
			await homeRoster.revoke(device);
		});
		this.messenger.begin();
	}

	get state(): PairingState {
		return this.pairing.state;
	}

	get id() {
		const device = this.home.localDevice.unlocked?.identity.device;
		if (device === undefined) throw new Error('no device');
		return device;
	}

	async in<K extends PairingState['kind']>(kind: K): Promise<Extract<PairingState, { kind: K }>> {
		await until(() => this.state.kind === kind || this.state.kind === 'ended');
		if (this.state.kind !== kind) throw new Error(`never ${kind}: ${JSON.stringify(this.state)}`);
		return this.state as Extract<PairingState, { kind: K }>;
	}

	async text(): Promise<string> {
		return (await this.in('near')).text;
	}

	/** After a reload: keeps keys and roster only. */
	reloaded(air: FakeDataNetwork, clock: ManualClock): Device {
		return new Device(air, clock, this.home.again());
	}
}

export const members = (device: Device): number => device.home.homeRoster.roster?.devices.size ?? 0;

/** Exchanges both codes; the states tell how it goes on. */
export async function exchange(first: Device, second: Device, answered = first): Promise<void> {
	void second.pairing.join(await first.text(), 'Phone');
	const answer = await second.text();
	void answered.pairing.join(answer, '');
}

/** The first device admits the second. */
export async function pairedUp(owner: Device, guest: Device): Promise<void> {
	await owner.pairing.show('viewer');
	await exchange(owner, guest);
	await owner.in('comparing');
	await owner.pairing.allow('viewer');
	await Promise.all([owner.in('done'), guest.in('done')]);
}
