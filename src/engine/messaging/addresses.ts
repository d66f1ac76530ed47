import { Fault, faultOf } from '#domain/base/fault.ts';
import type { Relays } from '#ports/network/relay.ts';
import type { RelayFailure } from './relay-call.ts';

/** How others reach a relay; `localhost` would be themselves. */
export async function publicOriginOf(
	relays: Relays,
	origin: string,
): Promise<string | RelayFailure> {
	try {
		const card = await relays.info(origin);
		if (card === null) return { t: 'fault', fault: new Fault('not-found', 'no relay there') };
		return onLoopback(origin) ? (card.secure ?? origin) : origin;
	} catch (error) {
		return { t: 'fault', fault: faultOf(error) };
	}
}

/** That relay is this page's own, by this name or by the one it gives to others. */
export async function isOwnRelay(relays: Relays, here: string, relay: string): Promise<boolean> {
	if (relay === here) return true;
	try {
		return (await relays.info(here))?.secure === relay;
	} catch {
		return false;
	}
}

/** Where others open the app. */
export function appOriginFor(here: string, relay: string): string {
	return onLoopback(here) ? relay : here;
}

function onLoopback(origin: string): boolean {
	return /^https?:\/\/(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(origin);
}
