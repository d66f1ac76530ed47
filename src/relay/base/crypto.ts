import { createHash, randomBytes, webcrypto } from 'node:crypto';
import type { Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { VerifyKey } from '#ports/keys/crypto.ts';
import type { VerifyCrypto } from '#relay-core/relay.ts';

const EC = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGN = { name: 'ECDSA', hash: 'SHA-256' } as const;

/** Node's WebCrypto. The port's opaque key is a CryptoKey; only this file knows. */
export const verifyCrypto: VerifyCrypto = {
	random: (length) => new Uint8Array(randomBytes(length)),
	sha256: (bytes) => Promise.resolve(sha256(bytes)),
	verifier: async (publicKey) => {
		try {
			const key = await webcrypto.subtle.importKey('raw', publicKey, EC, false, ['verify']);
			return key as unknown as VerifyKey;
		} catch (error) {
			throw new Fault('malformed', 'cannot import the public key: not a P-256 point', error);
		}
	},
	verify: (key, signature, bytes) =>
		webcrypto.subtle.verify(SIGN, key as unknown as webcrypto.CryptoKey, signature, bytes),
};

/** Synchronous: for short inputs the thread pool costs more than the hash. */
export function sha256(bytes: Uint8Array | string): Bytes {
	return new Uint8Array(createHash('sha256').update(bytes).digest());
}
