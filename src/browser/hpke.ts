import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from '@hpke/core';
import type { Bytes } from '#domain/bytes.ts';
import type { Wrapped } from '#domain/grant.ts';

/** RFC 9180, base mode, single shot. The suite is final: docs/spec/identity.md, "Grants". */
const suite = new CipherSuite({
	kem: new DhkemP256HkdfSha256(),
	kdf: new HkdfSha256(),
	aead: new Aes256Gcm(),
});

export async function hpkeSeal(recipient: CryptoKey, info: Bytes, plain: Bytes): Promise<Wrapped> {
	const { enc, ct } = await suite.seal({ recipientPublicKey: recipient, info }, plain);
	return { encapsulated: new Uint8Array(enc), ciphertext: new Uint8Array(ct) };
}

/** The pair, because the public half cannot be had from a private key that may not be exported. */
export async function hpkeOpen(
	recipientKey: CryptoKeyPair,
	info: Bytes,
	{ encapsulated: enc, ciphertext }: Wrapped,
): Promise<Bytes> {
	return new Uint8Array(await suite.open({ recipientKey, enc, info }, ciphertext));
}
