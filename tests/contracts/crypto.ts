import { describe, expect, it } from 'vitest';
import { ascii, bytesOf, hexOf } from '#domain/base/bytes.ts';
import { publicPointOf, scalarFrom } from '#domain/base/p256.ts';
import type { Crypto } from '#ports/keys/crypto.ts';

const info = ascii('info');
const nonce = new Uint8Array(12);

/** What every adapter of the crypto port must do. */
export function cryptoContract(name: string, make: () => Crypto): void {
	describe(`crypto: ${name}`, () => {
		const crypto = make();

		it('hashes as in FIPS 180-4', async () => {
			const hash = await crypto.sha256(ascii('abc'));
			expect([...hash.subarray(0, 4)]).toEqual([0xba, 0x78, 0x16, 0xbf]);
		});

		it('returns different random bytes each time', () => {
			expect(crypto.random(32)).not.toEqual(crypto.random(32));
			expect(crypto.random(7)).toHaveLength(7);
		});

		it.each([false, true])('signs and verifies (readable: %s)', async (readable) => {
			const pair = await crypto.makeSignKey(readable);
			expect(pair.public).toHaveLength(65);
			const signature = await crypto.sign(pair.key, info);
			expect(signature).toHaveLength(64);
			const verifier = await crypto.verifier(pair.public);
			expect(await crypto.verify(verifier, signature, info)).toBe(true);
			expect(await crypto.verify(verifier, signature, ascii('other'))).toBe(false);
			signature[10] = (signature[10] ?? 0) ^ 1;
			expect(await crypto.verify(verifier, signature, info)).toBe(false);
		});

		it('KT2 imports private numbers with their points, and does not export them', async () => {
			const d = scalarFrom(crypto.random(64));
			const point = publicPointOf(d);
			const sign = await crypto.signKeyOf(d, point);
			const signature = await crypto.sign(sign.key, info);
			expect(await crypto.verify(await crypto.verifier(point), signature, info)).toBe(true);
			const kem = await crypto.kemKeyOf(d, point);
			const raw = crypto.random(32);
			expect(await crypto.unwrap(kem, info, await crypto.wrap(kem.public, info, raw))).toEqual(raw);
			for (const { key } of [sign, kem]) expect(key).toMatchObject({ extractable: false });
		});

		it('throws malformed for bytes that are no public key', async () => {
			await expect(crypto.verifier(new Uint8Array(65))).rejects.toMatchObject({
				kind: 'malformed',
			});
			const raw = crypto.random(32);
			await expect(crypto.wrap(new Uint8Array(65), info, raw)).rejects.toMatchObject({
				kind: 'malformed',
			});
		});

		it.each([false, true])('wraps and unwraps (readable: %s)', async (readable) => {
			const pair = await crypto.makeKemKey(readable);
			const raw = crypto.random(32);
			const wrapped = await crypto.wrap(pair.public, info, raw);
			expect(wrapped.encapsulated).toHaveLength(65);
			expect(wrapped.ciphertext).toHaveLength(48);
			expect(await crypto.unwrap(pair, info, wrapped)).toEqual(raw);
			const other = crypto.unwrap(pair, ascii('other'), wrapped);
			await expect(other).rejects.toMatchObject({ kind: 'corrupt' });
			const stranger = await crypto.makeKemKey(false);
			await expect(crypto.unwrap(stranger, info, wrapped)).rejects.toMatchObject({
				kind: 'corrupt',
			});
		});

		it('PR2 seals to a key and a shared secret: neither alone opens it, nor in another context', async () => {
			const pair = await crypto.makeKemKey(false);
			const psk = { id: ascii('rid'), key: crypto.random(32) };
			const context = { info, aad: ascii('aad') };
			const plain = crypto.random(500);
			const wrapped = await crypto.sealTo(pair.public, psk, context, plain);
			expect(wrapped.ciphertext).toHaveLength(516);
			expect(await crypto.openWith(pair, psk, context, wrapped)).toEqual(plain);
			const others = [
				[await crypto.makeKemKey(false), psk, context],
				[pair, { ...psk, key: crypto.random(32) }, context],
				[pair, { ...psk, id: ascii('other') }, context],
				[pair, psk, { ...context, aad: ascii('other') }],
				[pair, psk, { ...context, info: ascii('other') }],
			] as const;
			for (const [to, secret, where] of others) {
				await expect(crypto.openWith(to, secret, where, wrapped)).rejects.toMatchObject({
					name: 'Fault',
					kind: 'corrupt',
				});
			}
			await expect(crypto.unwrap(pair, info, wrapped)).rejects.toMatchObject({ kind: 'corrupt' });
		});

		it('derives as in RFC 5869 (test case 1, its first 32 bytes)', async () => {
			const okm = await crypto.hkdf(
				new Uint8Array(22).fill(0x0b),
				bytesOf('000102030405060708090a0b0c'),
				bytesOf('f0f1f2f3f4f5f6f7f8f9'),
			);
			const said = '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf';
			expect(hexOf(okm)).toBe(said);
		});

		it('derives the same key only from the same secret, salt and info', async () => {
			const raw = crypto.random(32);
			const salt = crypto.random(16);
			const [a, b] = [await crypto.secret(raw), await crypto.secret(raw)];
			const plain = ascii('footage');
			const sealed = await crypto.seal(
				await crypto.deriveSealKey(a, salt, info),
				nonce,
				info,
				plain,
			);
			expect(sealed).toHaveLength(plain.length + 16);
			const same = await crypto.deriveSealKey(b, salt, info);
			expect(await crypto.open(same, nonce, info, sealed)).toEqual(plain);
			for (const key of [
				await crypto.deriveSealKey(b, crypto.random(16), info),
				await crypto.deriveSealKey(b, salt, ascii('other')),
				await crypto.deriveSealKey(await crypto.secret(crypto.random(32)), salt, info),
			]) {
				const opened = crypto.open(key, nonce, info, sealed);
				await expect(opened).rejects.toMatchObject({ name: 'Fault', kind: 'corrupt' });
			}
		});

		it('opens nothing whose bytes, nonce or header were changed', async () => {
			const key = await crypto.deriveSealKey(await crypto.secret(crypto.random(32)), info, info);
			const sealed = await crypto.seal(key, nonce, info, ascii('footage'));
			const flipped = sealed.slice();
			flipped[3] = (flipped[3] ?? 0) ^ 1;
			const attempts = [
				[nonce, info, flipped],
				[nonce, info, sealed.subarray(0, -1)],
				[nonce, info, new Uint8Array(3)],
				[new Uint8Array(12).fill(1), info, sealed],
				[nonce, ascii('other'), sealed],
			] as const;
			for (const [as, aad, bytes] of attempts) {
				await expect(crypto.open(key, as, aad, bytes)).rejects.toMatchObject({
					name: 'Fault',
					kind: 'corrupt',
				});
			}
		});

		it('KT16 derives as in RFC 7914 (section 11)', async () => {
			const hard = await crypto.pbkdf2(ascii('passwd'), ascii('salt'), 1);
			expect(hexOf(hard)).toBe('55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc');
		});

		it('makes a certificate where WebRTC exists, and none elsewhere', async () => {
			const dtls = await crypto.makeDtlsCertificate();
			expect(dtls !== null).toBe(typeof RTCPeerConnection !== 'undefined');
			if (dtls !== null) expect(dtls.fingerprint).toHaveLength(32);
		});
	});
}
