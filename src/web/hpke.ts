import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '@hpke/core';
import type { Bytes } from '#domain/base/bytes.ts';
import type { Wrapped } from '#domain/home/grant.ts';
import type { Psk } from '#ports/keys/crypto.ts';

/** RFC 9180, single shot, base or PSK mode. The suite is final: docs/spec/identity.md, "Grants". */
const suite = new CipherSuite({
	kem: new DhkemP256HkdfSha256(),
	kdf: new HkdfSha256(),
	aead: new Aes256Gcm(),
});

export interface HpkeParameters {
	readonly info: Bytes;
	readonly aad?: Bytes;
	readonly psk?: Psk;
}

export async function hpkeSeal(
	recipient: CryptoKey,
	{ info, aad, psk }: HpkeParameters,
	plain: Bytes,
): Promise<Wrapped> {
	const to = { recipientPublicKey: recipient, info, ...(psk ? { psk } : {}) };
	const { enc, ct } = await suite.seal(to, plain, aad);
	return { encapsulated: new Uint8Array(enc), ciphertext: new Uint8Array(ct) };
}

/** Takes the pair: a non-extractable private key does not yield its public half. */
export async function hpkeOpen(
	recipientKey: CryptoKeyPair,
	{ info, aad, psk }: HpkeParameters,
	{ encapsulated: enc, ciphertext }: Wrapped,
): Promise<Bytes> {
	const from = { recipientKey, enc, info, ...(psk ? { psk } : {}) };
	return new Uint8Array(await suite.open(from, ciphertext, aad));
}
