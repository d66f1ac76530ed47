import { IN_PAGE_RELAY_ORIGIN } from '#domain/pairing/direct-code.ts';
import { DirectRelays } from '#engine/pairing/direct-relays.ts';
import { InPageRelay } from '#relay-core/in-page-relay.ts';
import { relaysContract } from '../../contracts/relays.ts';
import { FakeDataNetwork } from '../../fakes/data-connections.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { fakeDevice } from '../../fakes/device.ts';
import { FakeRelay } from '../../fakes/relay.ts';

const elsewhere = 'https://elsewhere.example';
const nowhere = `https://${'0'.repeat(32)}.nearby.invalid`;

function nearbyIn(air: FakeDataNetwork): DirectRelays {
	const clock = new ManualClock();
	const { crypto, homeRoster } = fakeDevice(clock);
	const relays = new FakeRelay(clock);
	const inPageRelay = new InPageRelay({ crypto, clock, homeRoster });
	return new DirectRelays({
		...{ crypto, clock, dataConnections: air.cables(), relays },
		inPageRelay: () => Promise.resolve(inPageRelay),
	});
}

relaysContract('an in-page relay, for its own page', () =>
	Promise.resolve({
		...{ relays: nearbyIn(new FakeDataNetwork()), origin: IN_PAGE_RELAY_ORIGIN },
		...{ nowhere, other: elsewhere },
	}),
);

relaysContract('an in-page relay, over a direct connection', async () => {
	const air = new FakeDataNetwork();
	const [first, second] = [nearbyIn(air), nearbyIn(air)];
	const offered = await first.offer();
	const answered = await second.answer(offered.descriptor);
	await Promise.all([offered.accept(answered.descriptor), answered.up]);
	const { origin } = answered;
	if (origin === null) throw new Error('not up');
	return { relays: second, origin, nowhere, other: elsewhere };
});

relaysContract('a relay, by the way that knows hubs, too', () => {
	const { origin } = new FakeRelay(new ManualClock());
	return Promise.resolve({
		...{ relays: nearbyIn(new FakeDataNetwork()), origin },
		...{ nowhere: elsewhere, other: elsewhere },
	});
});
