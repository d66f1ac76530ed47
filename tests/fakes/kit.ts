import { RecoveryKits } from '#engine/recovery/recovery-kits.ts';
import { KitRecovery } from '#engine/recovery/kit-recovery.ts';
import { RELAY } from '../engine/members/joined.ts';
import type { FakeDevice } from './device.ts';
import { MemoryDevicePreferences } from './preference-store.ts';
import type { FakeRelay } from './relay.ts';
import type { FakeMember } from './member.ts';

/** Recovery kits as seen by a device of the home. */
export function recoveryKitsOf(one: FakeMember, relay: FakeRelay): RecoveryKits {
	const { crypto, clock, localDevice, homeRoster, members } = one;
	return new RecoveryKits({
		...{ crypto, clock, localDevice, homeRoster, members, relays: relay, here: RELAY },
		preferences: new MemoryDevicePreferences(),
	});
}

/** Recovery as seen by a new device. */
export function kitRecoveryOf(one: FakeDevice, relay: FakeRelay): KitRecovery {
	const { crypto, clock, homeRoster } = one;
	return new KitRecovery({
		...{ crypto, clock, homeRoster, relays: relay, here: RELAY },
		preferences: new MemoryDevicePreferences(),
	});
}
