import { Kits } from '#engine/recovery/kits.ts';
import { Recovering } from '#engine/recovery/recovering.ts';
import { RELAY } from '../engine/members/joined.ts';
import type { Homestead } from './homestead.ts';
import { MemoryPreferenceStore } from './preference-store.ts';
import type { FakeRelay } from './relay.ts';
import type { Resident } from './resident.ts';

/** The kit as a device of the home sees it. */
export function kitsOf(one: Resident, relay: FakeRelay): Kits {
	const { crypto, clock, house, membership, members } = one;
	return new Kits({
		...{ crypto, clock, house, membership, members, relays: relay, here: RELAY },
		preferences: new MemoryPreferenceStore(),
	});
}

/** A device that somebody comes back with. */
export function recoveringOf(one: Homestead, relay: FakeRelay): Recovering {
	const { crypto, clock, membership } = one;
	return new Recovering({
		...{ crypto, clock, membership, relays: relay, here: RELAY },
		preferences: new MemoryPreferenceStore(),
	});
}
