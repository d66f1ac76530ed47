import { expectFault, Fault, faultOf } from '#domain/base/fault.ts';
import type { Relays } from '#ports/network/relay.ts';
import type { RelayFailure } from './relay-connection.ts';

/** The address under which other devices reach a relay: `localhost` would mean themselves. */
export async function publicOriginOf(
	relays: Relays,
	origin: string,
): Promise<string | RelayFailure> {
	try {
		const card = await relays.info(origin);
		if (card === null)
			return { t: 'fault', fault: new Fault('not-found', `no relay at ${origin}`) };
		return onLoopback(origin) ? (card.secure ?? origin) : origin;
	} catch (error) {
		return { t: 'fault', fault: faultOf(error) };
	}
}

/** Whether a relay is the one that serves this page, by its own name or its public one. */
export async function isOwnRelay(relays: Relays, here: string, relay: string): Promise<boolean> {
	if (relay === here) return true;
	try {
		return (await relays.info(here))?.secure === relay;
	} catch (error) {
		expectFault(error);
		return false;
	}
}

/** The origin under which other devices open the app. */
export function appOriginFor(here: string, relay: string): string {
	return onLoopback(here) ? relay : here;
}

function onLoopback(origin: string): boolean {
	return /^https?:\/\/(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(origin);
}
