import { RecoveryKits } from '#engine/recovery/recovery-kits.ts';
import { KitFootageKeys } from '#engine/recovery/kit-footage-keys.ts';
import { KitRecovery } from '#engine/recovery/kit-recovery.ts';
import type { FootageReader } from '#ports/footage/footage-archive.ts';
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
export function kitRecoveryOf(
	one: FakeDevice,
	relay: FakeRelay,
	reader: () => Pick<FootageReader, 'cameras' | 'grants'> = nothingThere,
): KitRecovery {
	const { crypto, clock, vault, localDevice, homeRoster } = one;
	const tools = { crypto, clock, vault, localDevice, relays: relay };
	const readerAt = () => Promise.resolve(reader());
	return new KitRecovery({
		...{ ...tools, homeRoster, here: RELAY },
		footageKeys: new KitFootageKeys({ ...tools, readerAt }),
		preferences: new MemoryDevicePreferences(),
	});
}

/** A relay without footage. */
const nothingThere = () => ({
	cameras: () => Promise.resolve({ store: '', change: 0, cameras: [] }),
	grants: () => Promise.resolve([]),
});
