import { BrowserNetwork } from '#browser/network/network.ts';
import { WebRtcDataConnections } from '#browser/network/webrtc-data-connections.ts';
import { WebSocketRelays } from '#browser/network/websocket-relays.ts';
import { Fault } from '#domain/base/fault.ts';
import { Arrivals } from '#engine/members/arrivals.ts';
import type { MemberList } from '#engine/members/member-list.ts';
import { RelayClient } from '#engine/messaging/relay-client.ts';
import { PairingController } from '#engine/pairing/controller.ts';
import { DirectRelays } from '#engine/pairing/direct-relays.ts';
import type { AuditedPreferences } from '#engine/storage/audited-preferences.ts';
import type { DevicePreferences } from '#protocol/preferences.ts';
import type { HomeParts } from './home.ts';
import { lazily } from './lazily.ts';

/** How long pairing waits for the relay to confirm that it has the roster. */
const ROSTER_PUBLISH_TIMEOUT_MS = 2000;

function notLoaded(error: unknown): never {
	throw new Fault('offline', 'part of the app did not load', error);
}

/** Connections to relays and to nearby devices, and the messages that go over them. */
export function composeMessaging(home: HomeParts) {
	const dataConnections = new WebRtcDataConnections();
	const relays = new WebSocketRelays();
	const inPageRelay = lazily(async () => {
		const { InPageRelay } = await import('#relay-core/in-page-relay.ts').catch(notLoaded);
		return new InPageRelay(home);
	});
	const directRelays = new DirectRelays({ ...home, dataConnections, relays, inPageRelay });
	const messenger = new RelayClient({
		...home,
		relays: directRelays,
		directRelays,
		network: new BrowserNetwork(),
	});
	return { dataConnections, relays, directRelays, messenger };
}
type Messaging = ReturnType<typeof composeMessaging>;

/** How another device joins the home. */
export function composePairing(home: HomeParts, { directRelays, messenger }: Messaging) {
	const arrivals = new Arrivals(home);
	const pairing = new PairingController({
		...{ crypto: home.crypto, clock: home.clock, directRelays, admissions: arrivals },
		relays: directRelays,
		here: location.origin,
		relay: () => home.homeRoster.relay,
		shown: () => messenger.rosterPublished(ROSTER_PUBLISH_TIMEOUT_MS),
	});
	return { arrivals, pairing };
}

/** Recovery kits: making one, and coming back with one. */
export function composeRecovery(
	home: HomeParts,
	relays: WebSocketRelays,
	members: MemberList,
	preferences: AuditedPreferences<DevicePreferences>,
) {
	const here = location.origin;
	return {
		kits: lazily(async () => {
			const { RecoveryKits } = await import('#engine/recovery/recovery-kits.ts');
			return new RecoveryKits({ ...home, relays, members, preferences, here });
		}),
		recovery: lazily(async () => {
			const [{ KitRecovery }, { KitFootageKeys }, { RelayReader }] = await Promise.all([
				import('#engine/recovery/kit-recovery.ts'),
				import('#engine/recovery/kit-footage-keys.ts'),
				import('#browser/network/relay-reader.ts'),
			]);
			const readerAt = (origin: string, token: string) =>
				Promise.resolve(new RelayReader(() => ({ origin, token })));
			const footageKeys = new KitFootageKeys({ ...home, relays, readerAt });
			return new KitRecovery({ ...home, relays, preferences, here, footageKeys });
		}),
	};
}
