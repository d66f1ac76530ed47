import type { Clock } from '#ports/device/clock.ts';
import type { Crypto, Dtls } from '#ports/keys/crypto.ts';
import type { House } from './house.ts';

/** A call shall not end because a certificate does. */
const LEAST_LIFE_MS = 24 * 60 * 60 * 1000;

/**
 * What this device answers for itself with in WebRTC: the kept certificate while it lasts, else one
 * for the life of the page; letters say its fingerprint, signed. `null` where there is no WebRTC.
 */
export function certificateOf(
	house: Pick<House, 'household'>,
	crypto: Pick<Crypto, 'makeDtls'>,
	clock: Pick<Clock, 'wallMs'>,
): () => Promise<Dtls | null> {
	let made: Promise<Dtls | null> | null = null;
	return () => {
		const kept = house.household?.identity.dtls ?? null;
		if (kept !== null && kept.expiresMs - clock.wallMs() > LEAST_LIFE_MS) {
			return Promise.resolve(kept);
		}
		made ??= crypto.makeDtls();
		return made;
	};
}
