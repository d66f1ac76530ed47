import type { Clock } from '#ports/device/clock.ts';
import type { Crypto, DtlsCertificate } from '#ports/keys/crypto.ts';
import type { LocalDevice } from './local-device.ts';

/** The certificate must outlast a call. */
const MIN_LIFETIME_MS = 24 * 60 * 60 * 1000;

/**
 * The certificate this device presents in WebRTC: the stored one while it is valid, else one per
 * page; signed messages carry its fingerprint. `null` where there is no WebRTC.
 */
export function webRtcCertificate(
	localDevice: Pick<LocalDevice, 'unlocked'>,
	crypto: Pick<Crypto, 'makeDtlsCertificate'>,
	clock: Pick<Clock, 'wallMs'>,
): () => Promise<DtlsCertificate | null> {
	let made: Promise<DtlsCertificate | null> | null = null;
	return () => {
		const kept = localDevice.unlocked?.identity.dtls ?? null;
		if (kept !== null && kept.expiresMs - clock.wallMs() > MIN_LIFETIME_MS) {
			return Promise.resolve(kept);
		}
		made ??= crypto.makeDtlsCertificate();
		return made;
	};
}
