import { WebCrypto } from '#browser/crypto.ts';
import type { HomeId } from '#domain/ids.ts';
import { House } from '#engine/house.ts';
import { Membership } from '#engine/membership.ts';
import { ManualClock } from './clock.ts';
import { MemorySegments } from './segments.ts';
import { FakeVault } from './vault.ts';

/** A device of a home, whole but for lens and network. */
export interface Homestead {
	readonly crypto: WebCrypto;
	readonly clock: ManualClock;
	readonly vault: FakeVault;
	readonly segments: MemorySegments;
	readonly house: House;
	readonly membership: Membership;
	/** The home it founded itself. */
	readonly founded: HomeId;
	/** The same device in another tab, or after a reload. */
	again(): Homestead;
}

export function homestead(
	clock = new ManualClock(),
	vault = new FakeVault(),
	segments = new MemorySegments(),
): Homestead {
	const crypto = new WebCrypto();
	const house = new House({ crypto, vault, segments, clock });
	return {
		...{ crypto, clock, vault, segments, house },
		membership: new Membership({ house, crypto, vault, clock }),
		get founded() {
			const [first] = house.household?.identity.homes ?? [];
			if (first === undefined) throw new Error('nothing was founded');
			return first.home;
		},
		again: () => homestead(clock, vault, segments),
	};
}
