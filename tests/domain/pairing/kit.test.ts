import { createECDH } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, hexOf } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import { kitFrom, kitGroups, kitLink, tidyKit } from '#domain/pairing/kit.ts';
import { publicPointOf, scalarFrom } from '#domain/base/p256.ts';
import vectors from '../../fixtures/vectors/kit.json' with { type: 'json' };

const secrets = fc.uint8Array({ minLength: 16, maxLength: 16 });
const kits = Object.entries(vectors.kits);

describe('KT1 the 26 characters', () => {
	it.each(kits)('%s: characters and link match the vectors', (hex, { characters, link }) => {
		const secret = bytesOf(hex);
		expect(kitGroups(secret).join('')).toBe(characters);
		expect(kitGroups(secret).map(({ length }) => length)).toEqual([5, 5, 5, 5, 6]);
		expect(kitLink('https://app.example', secret, vectors.relay)).toBe(link);
		expect(kitFrom(characters)).toEqual({ secret, relay: null, guarded: null });
		expect(kitFrom(link)).toEqual({ secret, relay: vectors.relay, guarded: false });
	});

	it('everything printed is read back, also as people type it', () => {
		fc.assert(
			fc.property(secrets, fc.constantFrom(' ', '-', '', ' – ', '\n'), (bytes, between) => {
				const secret = new Uint8Array(bytes);
				const printed = kitGroups(secret).join(between);
				const sloppy = printed.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l');
				for (const text of [printed, sloppy, ` ${sloppy.replaceAll('l', 'I')}\t`]) {
					expect(kitFrom(text)).toEqual({ secret, relay: null, guarded: null });
				}
				expect(tidyKit(sloppy)).toBe(tidyKit(printed));
			}),
		);
	});

	it('about three in four single-character errors and swaps are detected', () => {
		const detected = { slip: 0, swap: 0 };
		const tries = { slip: 0, swap: 0 };
		for (const [hex, { characters }] of kits.slice(2)) {
			for (let at = 0; at < 26; at += 1) {
				for (const letter of '0123456789ABCDEFGHJKMNPQRSTVWXYZ') {
					if (letter === characters[at]) continue;
					const text = characters.slice(0, at) + letter + characters.slice(at + 1);
					tries.slip += 1;
					const read = kitFrom(text);
					if (read === 'slip') detected.slip += 1;
					else expect(read).not.toMatchObject({ secret: bytesOf(hex) });
				}
				const [a = '', b = ''] = characters.slice(at, at + 2);
				if (a === b || b === '') continue;
				tries.swap += 1;
				if (kitFrom(characters.slice(0, at) + b + a + characters.slice(at + 2)) === 'slip') {
					detected.swap += 1;
				}
			}
		}
		expect(detected.slip / tries.slip).toBeGreaterThan(0.7);
		expect(detected.swap / tries.swap).toBeGreaterThan(0.5);
	});

	it.each([
		['', 'length'],
		['ABCDE', 'length'],
		['0'.repeat(27), 'length'],
		[`U${'0'.repeat(25)}`, 'character'],
		['k1.AAAA', 'length'],
		['k1.AAAA.AAAA', 'length'],
		[`k1.${'A'.repeat(22)}.aHR0cHM6Ly9ldmlsL3BhdGg`, 'slip'],
		[`k1.${'A'.repeat(21)}!.aHR0cHM6Ly9jYW0ubG9jYWw6ODQ0Mw`, 'character'],
		['p1.AAAA.AAAA.AAAA.AAAA', 'length'],
	])('%j is no kit: %s', (text, why) => {
		expect(kitFrom(text)).toBe(why);
	});
});

describe('KT2 private number and public point', () => {
	it('the point is the one that OpenSSL computes', () => {
		const ecdh = createECDH('prime256v1');
		fc.assert(
			fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), (wide) => {
				const d = scalarFrom(wide);
				ecdh.setPrivateKey(d);
				expect(hexOf(publicPointOf(d))).toBe(ecdh.getPublicKey('hex'));
			}),
			{ numRuns: 50 },
		);
	});

	it('the limits are accepted, and nothing else is a private number', () => {
		const n = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551';
		const ecdh = createECDH('prime256v1');
		for (const hex of [`${'0'.repeat(63)}1`, `${'0'.repeat(63)}2`, `${n.slice(0, -1)}0`]) {
			ecdh.setPrivateKey(bytesOf(hex));
			expect(hexOf(publicPointOf(bytesOf(hex)))).toBe(ecdh.getPublicKey('hex'));
		}
		expect(hexOf(scalarFrom(new Uint8Array(64)))).toBe(`${'0'.repeat(63)}1`);
		for (const hex of ['00'.repeat(32), n, 'ff'.repeat(32), '01']) {
			expect(() => publicPointOf(bytesOf(hex))).toThrow(Fault);
		}
	});
});
