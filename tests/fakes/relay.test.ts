import { relaysContract } from '../contracts/relays.ts';
import { ManualClock } from './clock.ts';
import { FakeRelay } from './relay.ts';

relaysContract('in memory', () => {
	const relays = new FakeRelay(new ManualClock());
	const elsewhere = 'https://elsewhere.example';
	return Promise.resolve({ relays, origin: relays.origin, nowhere: elsewhere, other: elsewhere });
});
