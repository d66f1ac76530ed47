import { expect, test } from 'vitest';
import { WebCrypto } from '#web/crypto.ts';
import { bytesOf, type Bytes } from '#domain/base/bytes.ts';
import type { CameraId, HomeId } from '#domain/base/ids.ts';
import { buildName, NAME_KEY_INFO, nameAad, padName } from '#domain/home/name.ts';
import { NameSealer } from '#engine/home/name-sealer.ts';

const crypto = new WebCrypto();
const home = 'cd'.repeat(32) as HomeId;
const camera = 'ab'.repeat(16) as CameraId;
const TRICK = 'Mum\u202eother\u0007 \u2067\u061cend';

async function nameSealer(): Promise<{
	nameSealer: NameSealer;
	sealedRaw: (text: string) => Promise<Bytes>;
}> {
	const secret = await crypto.secret(crypto.random(32));
	const key = await crypto.deriveSealKey(secret, bytesOf(home), NAME_KEY_INFO);
	return {
		nameSealer: new NameSealer(crypto, [{ home, number: 1, secret }]),
		/** As an earlier version or a malicious device would write it. */
		sealedRaw: async (text) => {
			const nonce = crypto.random(12);
			const plain = padName(new TextEncoder().encode(text));
			const ciphertext = await crypto.seal(key, nonce, nameAad(home, camera), plain);
			return buildName({ homeKey: 1, nonce, ciphertext });
		},
	};
}

test('AP20 control and bidirectional characters are stripped on sealing and on opening, whoever wrote them', async () => {
	const { nameSealer: names, sealedRaw } = await nameSealer();
	expect(await names.open(camera, await names.seal(camera, TRICK))).toBe('Mumother end');
	expect(await names.open(camera, await sealedRaw(TRICK))).toBe('Mumother end');
	expect(await names.nameOrNull(camera, await sealedRaw('\u202e\u2067'))).toBeNull();
	await expect(names.seal(camera, '\u202e \u2067')).rejects.toMatchObject({ kind: 'malformed' });
	expect(await names.open(camera, await names.seal(camera, 'שרה  👩‍🍳'))).toBe('שרה 👩‍🍳');
});
