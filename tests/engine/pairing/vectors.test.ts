import { describe, expect, it } from 'vitest';
import { asKey, WebCrypto } from '#web/crypto.ts';
import { ascii, bytesOf, hexOf, concatBytes, type Bytes } from '#domain/base/bytes.ts';
import { pairingCodeFrom, pairingCodeText, locatorOf } from '#domain/pairing/code.ts';
import {
	buildAdmissionMessage,
	buildOwnerMessage,
	buildJoinerMessage,
	buildEndNote,
	buildOk,
	buildOpening,
	buildAdmissionPieces,
	commitmentBytes,
	messageKindOf,
	END_NOTES,
	openingHead,
	parseAdmissionMessage,
	parseOwnerMessage,
	parseJoinerMessage,
	parseEndNote,
	parseOk,
	parseOpening,
	parseAdmissionPiece,
	joinAdmissionPieces,
	parseSealed,
} from '#domain/pairing/handshake-messages.ts';
import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import type { HomeId } from '#domain/base/ids.ts';
import {
	nextTranscript,
	verifySigned,
	hpkeContext,
	comparisonDigits,
	sharedSecrets,
	openingTag,
} from '#engine/pairing/handshake-keys.ts';
import type { KemKey, KeyPair } from '#ports/keys/crypto.ts';
import vectors from '../../fixtures/vectors/pairing.json' with { type: 'json' };

const crypto = new WebCrypto();
const { keys, rid } = vectors;

async function kemPair(half: { private: string; public: string }): Promise<KeyPair<KemKey>> {
	const point = bytesOf(half.public);
	const [d, x, y] = [bytesOf(half.private), point.slice(1, 33), point.slice(33)].map(base64urlOf);
	if (d === undefined || x === undefined || y === undefined) throw new Error('no key');
	const jwk = { kty: 'EC', crv: 'P-256', d, x, y };
	const how = { name: 'ECDH', namedCurve: 'P-256' };
	const { subtle } = globalThis.crypto;
	return {
		key: asKey<KemKey>(await subtle.importKey('jwk', jwk, how, false, ['deriveBits'])),
		public: point,
	};
}

describe.each(['p1', 'n1', 'typed'] as const)('vectors of a pairing, %s', (kind) => {
	const vector = vectors[kind];
	const code = pairingCodeFrom(vector.code);
	if (code === null) throw new Error('a vector is not a valid code');

	it('codes are read and written', () => {
		expect(code.kind).toBe(kind);
		if (code.kind === 'typed') expect(code.locator).toBe(vectors.letters);
		else {
			expect(code).toMatchObject({ rid, relay: vectors.relay });
			expect(hexOf(code.secret)).toBe(vectors.secret);
			expect(pairingCodeText(code)).toBe(vector.code);
			expect(pairingCodeFrom(`https://elsewhere.example/pair#${vector.code}`)).toEqual(code);
		}
	});

	it('PR2 PR3 keys, transcript, tags and digits', async () => {
		const shared = await sharedSecrets(crypto, code, rid);
		expect(hexOf(shared.psk.key)).toBe(vector.psk);
		expect(hexOf(shared.start)).toBe(vector.t0);
		const messages = [vector.m0, vector.m1, vector.m2, vector.m3].map(bytesOf);
		let transcript = shared.start;
		for (const [at, message] of messages.entries()) {
			expect(messageKindOf(message)).toBe(at);
			transcript = await nextTranscript(crypto, transcript, message);
			expect(hexOf(transcript)).toBe([vector.t1, vector.t2, vector.t3, vector.t4][at]);
		}
		const opening = parseOpening(bytesOf(vector.m0));
		expect(hexOf(buildOpening(opening))).toBe(vector.m0);
		const tag = await openingTag(crypto, shared, openingHead(opening));
		expect(hexOf(tag)).toBe(hexOf(opening.tag));
		const [nonce, owner] = [bytesOf(vectors.ownerNonce), bytesOf(keys.owner.public)];
		const commitment = await crypto.sha256(commitmentBytes(nonce, owner));
		expect(hexOf(commitment)).toBe(hexOf(opening.commitment));
		expect(await comparisonDigits(crypto, bytesOf(vector.t2), nonce, owner)).toBe(vector.digits);
	});

	it('M1 to M4 can be opened, are signed, and are written as they were read', async () => {
		const { psk } = await sharedSecrets(crypto, code, rid);
		const [fresh, kem] = await Promise.all([kemPair(keys.fresh), kemPair(keys.kem)]);
		const [t1, t2, t3, t4] = [vector.t1, vector.t2, vector.t3, vector.t4].map(bytesOf) as [
			Bytes,
			Bytes,
			Bytes,
			Bytes,
		];
		const one = parseSealed(1, bytesOf(vector.m1));
		const joinerMessage = parseJoinerMessage(
			await crypto.openWith(fresh, psk, hpkeContext(1, t1), one),
		);
		expect(hexOf(joinerMessage.body)).toBe(vector.body1);
		expect(hexOf(buildJoinerMessage(joinerMessage.value))).toBe(vector.body1);
		expect(new TextDecoder().decode(joinerMessage.value.name)).toBe(vectors.name);
		const { sign } = joinerMessage.value;
		await verifySigned(
			crypto,
			sign,
			'pair-new',
			concatBytes(t1, joinerMessage.body),
			joinerMessage.signature,
		);

		const two = parseSealed(2, bytesOf(vector.m2));
		const host = parseOwnerMessage(await crypto.openWith(kem, psk, hpkeContext(2, t2), two));
		expect(hexOf(buildOwnerMessage(host.value))).toBe(vector.body2);
		expect(host.value).toMatchObject({
			...{ home: vectors.home as HomeId, seq: 1, wanted: 'live-only' },
		});
		const { owner } = host.value;
		await verifySigned(crypto, owner, 'pair-owner', concatBytes(t2, host.body), host.signature);

		const signature = parseOk(bytesOf(vector.m3));
		await verifySigned(crypto, sign, 'pair-ok', t3, signature);
		expect(hexOf(buildOk(signature))).toBe(vector.m3);

		const piece = parseAdmissionPiece(bytesOf(vector.m4));
		const body = await crypto.openWith(kem, psk, hpkeContext(4, t4), joinAdmissionPieces([piece]));
		const admission = parseAdmissionMessage(body);
		expect(hexOf(buildAdmissionMessage(admission))).toBe(vector.body4);
		expect(admission.roster.map(hexOf)).toEqual([vectors.entry1, vectors.entry2]);
		expect(buildAdmissionPieces(joinAdmissionPieces([piece])).map(hexOf)).toEqual([vector.m4]);
	});
});

describe('codes and pieces', () => {
	it('no other text is accepted as a code', () => {
		const { code } = vectors.p1;
		const texts = [
			...['', 'hello', 'p1.', 'K7QX2MP', 'K7QX2MPAA', 'K7QX2MPI', '0'.repeat(8)],
			...[code.slice(0, -30), code.replace('p1', 'p2'), `${code}.`, code.replace('.', '..')],
			...[code.slice(0, 10) + code.slice(11), `${code}=`],
			code.replace(/[^.]+$/, base64urlOf(ascii('javascript:alert(1)'))),
			code.replace(/[^.]+$/, base64urlOf(ascii('https://a.example/path'))),
		];
		expect(texts.filter((text) => pairingCodeFrom(text) !== null)).toEqual([]);
		expect(pairingCodeFrom(' k7qx-2mpa ')).toEqual({ kind: 'typed', locator: 'K7QX2MPA' });
	});

	it('base64url is canonical: one text for the same bytes', () => {
		for (const length of [0, 1, 2, 3, 4, 31, 32, 33]) {
			const bytes = crypto.random(length);
			const text = base64urlOf(bytes);
			expect(text).toBe(Buffer.from(bytes).toString('base64url'));
			expect(bytesOfBase64url(text)).toEqual(bytes);
		}
		for (const text of ['A', 'AB', 'AAB', 'A=', 'A+AA', 'ÄAAA']) {
			expect(() => bytesOfBase64url(text), text).toThrow();
		}
	});

	it('each letter of a locator is equally likely', () => {
		const all = Uint8Array.from({ length: 256 }, (_, at) => at);
		const counts = new Map<string, number>();
		for (let at = 0; at < 240; at += 8) {
			for (const letter of locatorOf(all.subarray(at)) ?? '') {
				counts.set(letter, (counts.get(letter) ?? 0) + 1);
			}
		}
		expect([...counts.values()]).toEqual(Array.from({ length: 30 }, () => 8));
		expect(locatorOf(new Uint8Array(24).fill(255))).toBeNull();
	});

	it('a long roster is sent in pieces that join in order only', () => {
		const wrapped = {
			encapsulated: crypto.random(65),
			ciphertext: concatBytes(crypto.random(60_000), crypto.random(10_000)),
		};
		const pieces = buildAdmissionPieces(wrapped).map(parseAdmissionPiece);
		expect(pieces.map(({ part, of }) => [part, of])).toEqual([
			[0, 3],
			[1, 3],
			[2, 3],
		]);
		expect(joinAdmissionPieces(pieces)).toEqual(wrapped);
		const huge = { ...wrapped, ciphertext: new Uint8Array(400_000) };
		expect(() => buildAdmissionPieces(huge)).toThrow('does not fit');
		for (const bad of [[4, 1, 1, 7], [4, 0, 2, 7], [4, 0, 1], [4, 0, 0, 7], [4]]) {
			expect(() => parseAdmissionPiece(new Uint8Array(bad)), String(bad)).toThrow();
		}
	});

	it('end notes have known reasons only', () => {
		expect(END_NOTES.map((note) => parseEndNote(buildEndNote(note)))).toEqual([...END_NOTES]);
		expect(() => parseEndNote(new Uint8Array([5, 99]))).toThrow('unknown end note');
	});
});
