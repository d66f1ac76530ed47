import { DexieGrantStore } from '#browser/keys/grant-store.ts';
import { BrowserVault } from '#browser/keys/vault.ts';
import { HomeRoster } from '#engine/home/home-roster.ts';
import { LocalDevice, type LocalDeviceDependencies } from '#engine/home/local-device.ts';
import { EpochGrants } from '#engine/members/epoch-grants.ts';
import { GrantIssuer } from '#engine/members/grant-issuer.ts';
import { GrantReceiver } from '#engine/members/grant-receiver.ts';
import { LastSeenTracker } from '#engine/members/last-seen-tracker.ts';
import { MemberList } from '#engine/members/member-list.ts';
import { DexieLastSeenStore } from '#browser/storage/last-seen-store.ts';
import type { RelayClient } from '#engine/messaging/relay-client.ts';

/** This device's keys and the roster of its home. */
export function composeHome(tools: Omit<LocalDeviceDependencies, 'vault'>) {
	const { crypto, clock } = tools;
	const vault = new BrowserVault();
	const localDevice = new LocalDevice({ ...tools, vault });
	const homeRoster = new HomeRoster({ localDevice, crypto, vault, clock });
	const { segments } = tools;
	const grants = new DexieGrantStore();
	const epochGrants = new EpochGrants({
		...{ clock, crypto, vault, localDevice, homeRoster, grants, segments },
	});
	return { clock, crypto, vault, localDevice, homeRoster, grants, epochGrants };
}
export type HomeParts = ReturnType<typeof composeHome>;

/** The other devices of the home, and the keys they are granted. */
export function composeMembers(
	home: HomeParts,
	messenger: RelayClient,
	renew: () => Promise<void>,
) {
	const grantIssuer = new GrantIssuer({ ...home, messenger, renew });
	const grantReceiver = new GrantReceiver({ ...home, messenger });
	const lastSeen = new LastSeenTracker(home.clock, new DexieLastSeenStore());
	const members = new MemberList({ ...home, messenger, grantIssuer, lastSeen });
	return { grantIssuer, grantReceiver, lastSeen, members };
}
