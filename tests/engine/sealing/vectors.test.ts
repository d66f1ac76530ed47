import { describe, expect, it } from 'vitest';
import { asKey, WebCrypto } from '#web/crypto.ts';
import { bytesOf, hexOf, concatBytes, type Bytes } from '#domain/base/bytes.ts';
import { keyInfo, nonceOf, parseHeader, slicesOf } from '#domain/footage/envelope.ts';
import { buildGrant, grantInfo, parseGrant } from '#domain/home/grant.ts';
import { buildHead, chainStart, parseHead } from '#domain/footage/head.ts';
import type { CameraId, DeviceId, HomeId, RunId } from '#domain/base/ids.ts';
import { nameAad, padName } from '#domain/home/name.ts';
import { padme } from '#domain/footage/padding.ts';
import { buildPayload } from '#domain/footage/payload.ts';
import { buildEntry, parseEntry } from '#domain/home/roster.ts';
import { signedBytes } from '#domain/base/signed.ts';
import { cameraIdOf, deviceIdOf, homeIdOf, secretFromGrant } from '#engine/home/keys.ts';
import { NameSealer } from '#engine/home/name-sealer.ts';
import { Opener } from '#engine/sealing/opener.ts';
import { replayRoster } from '#engine/home/roster.ts';
import { RunSealer } from '#engine/sealing/run-sealer.ts';
import type { KemKey, KeyPair } from '#ports/keys/crypto.ts';
import envelope from '../../fixtures/vectors/envelope.json' with { type: 'json' };
import identity from '../../fixtures/vectors/identity.json' with { type: 'json' };
import { runOf, still } from './sealing-fixture.ts';

const crypto = new WebCrypto();
const home = identity.homeId as HomeId;
const device = identity.deviceId as DeviceId;
const camera = identity.cameraId as CameraId;
const { owner, sign, kem } = identity.keys;

async function kemPair(): Promise<KeyPair<KemKey>> {
	const point = bytesOf(kem.public);
	const part = (bytes: Uint8Array) =>
		btoa(String.fromCharCode(...bytes))
			.replaceAll('+', '-')
			.replaceAll('/', '_')
			.replaceAll('=', '');
	const [d, x, y] = [bytesOf(kem.private), point.subarray(1, 33), point.subarray(33)].map(part);
	if (d === undefined || x === undefined || y === undefined) throw new Error('no key');
	const jwk = { kty: 'EC', crv: 'P-256', d, x, y };
	const algorithm = { name: 'ECDH', namedCurve: 'P-256' };
	const { subtle } = globalThis.crypto;
	const key = await subtle.importKey('jwk', jwk, algorithm, false, ['deriveBits']);
	return { key: asKey<KemKey>(key), public: point };
}

describe('identity vectors', () => {
	it('ID3 ID4 ID5 ids', async () => {
		expect(await homeIdOf(crypto, bytesOf(owner.public))).toBe(home);
		expect(await deviceIdOf(crypto, bytesOf(sign.public), bytesOf(kem.public))).toBe(device);
		expect(await cameraIdOf(crypto, device, identity.cameraNumber)).toBe(camera);
	});

	it('ID6 ID7 the first roster entry', async () => {
		const { canonical, signature, hash, fingerprint, wallMs } = identity.roster;
		const whole = concatBytes(bytesOf(canonical), bytesOf(signature));
		expect(hexOf(await crypto.sha256(whole))).toBe(hash);
		const { entry } = parseEntry(whole);
		expect(hexOf(buildEntry(entry))).toBe(canonical);
		expect(entry).toMatchObject({ op: 'add', roles: ['camera', 'viewer', 'owner'], wallMs });
		expect(hexOf(entry.subject?.dtls ?? new Uint8Array())).toBe(fingerprint);
		expect(hexOf(entry.detail)).toBe(identity.name.sealed);
		const roster = await replayRoster(crypto, [whole]);
		expect(roster).toMatchObject({ home, seq: 1 });
		expect([...roster.devices.keys()]).toEqual([device]);
	});

	it.each([
		['epochGrant', camera, 7, sign.public],
		['homeGrant', null, 1, owner.public],
	] as const)('ID21 %s', async (name, of, number, author) => {
		const vector = identity[name];
		const subject = { home, camera: of, number, recipient: device };
		expect(hexOf(grantInfo(subject))).toBe(vector.info);
		const whole = concatBytes(bytesOf(vector.canonical), bytesOf(vector.signature));
		expect(hexOf(buildGrant(parseGrant(whole).grant))).toBe(vector.canonical);
		const pair = await kemPair();
		const wrapped = {
			encapsulated: bytesOf(vector.encapsulated),
			ciphertext: bytesOf(vector.ciphertext),
		};
		expect(hexOf(await crypto.unwrap(pair, bytesOf(vector.info), wrapped))).toBe(vector.raw);
		const signer = [bytesOf(author)];
		await expect(secretFromGrant(crypto, whole, subject, pair, signer)).resolves.toBeDefined();
		for (const other of [{ number: 2 }, { home: '0'.repeat(32) as HomeId }]) {
			const meant = { ...subject, ...other };
			const opened = secretFromGrant(crypto, whole, meant, pair, signer);
			await expect(opened).rejects.toMatchObject({ kind: 'corrupt' });
		}
	});

	it('ID20 a sealed name', async () => {
		const { name } = identity;
		expect(hexOf(padName(new TextEncoder().encode(name.text)))).toBe(name.plain);
		expect(hexOf(nameAad(home, camera))).toBe(name.aad);
		const secret = await crypto.secret(bytesOf(name.homeKey));
		const nameSealer = new NameSealer(crypto, [{ home, number: 1, secret }]);
		expect(await nameSealer.open(camera, bytesOf(name.sealed))).toBe(name.text);
		const elsewhere = nameSealer.open('ab'.repeat(16) as CameraId, bytesOf(name.sealed));
		await expect(elsewhere).rejects.toMatchObject({ kind: 'corrupt' });
	});
});

describe('envelope vectors', () => {
	const runId = envelope.runId as RunId;
	const pieces = [envelope.init, envelope.fragment1, envelope.fragment2];

	async function sealer(): Promise<RunSealer> {
		const { runNo, epoch, anchorUs, oldestKept, rosterSeq, prevRunHead } = envelope;
		return new RunSealer(
			crypto,
			{ ...still, wallMs: () => envelope.wallMs },
			{
				start: { camera, runId, runNo, epoch, anchorUs, mime: 'video/mp4' },
				home,
				secret: await crypto.secret(bytesOf(envelope.epochKey)),
				signKey: (await crypto.makeSignKey(false)).key,
				rosterSeq,
				oldestKept,
				prevRunHead: bytesOf(prevRunHead),
			},
		);
	}

	function fragmentOf(vector: (typeof pieces)[number]) {
		const { mediaTicks, timescale, durationTicks, flags, body } = vector;
		const [keyFrame, sound] = [(flags & 1) !== 0, (flags & 2) !== 0];
		return { bytes: bytesOf(body), mediaTicks, timescale, durationTicks, keyFrame, sound };
	}

	it('EN4 EN6 EN11 EN18 EN19 sealing reproduces the exact bytes and heads', async () => {
		const run = await sealer();
		const init = await run.init({
			bytes: bytesOf(envelope.init.body),
			mime: 'video/mp4',
			anchorMs: 0,
		});
		const first = await run.fragment(fragmentOf(envelope.fragment1));
		const second = await run.fragment(fragmentOf(envelope.fragment2));
		for (const [at, sealed] of [init, first, second].entries()) {
			expect(hexOf(sealed.bytes)).toBe(pieces[at]?.bytes);
			expect(hexOf(sealed.head.subarray(0, -64))).toBe(pieces[at]?.head);
		}
		expect(second).toMatchObject({ startUs: envelope.fragment2.startUs, sound: true });
		expect(hexOf(await crypto.sha256(chainStart(camera, runId)))).toBe(envelope.chainStart);
	});

	it('EN3 EN6 EN9 intermediate values', () => {
		for (const vector of pieces) {
			const kind = vector.seq === 0 ? 'init' : 'fragment';
			const { bytes: body, ...facts } = fragmentOf(vector);
			expect(hexOf(buildPayload(kind, { ...facts, body }))).toBe(vector.plain);
			expect(hexOf(keyInfo({ camera, kind, seq: vector.seq }))).toBe(vector.keyInfo);
			expect(hexOf(nonceOf(0, true))).toBe(vector.nonce);
			const [slice] = slicesOf(bytesOf(vector.bytes));
			expect(hexOf(slice?.aad ?? new Uint8Array())).toBe(vector.header);
			expect(parseHeader(bytesOf(vector.header))).toMatchObject({ home, camera, runId, kind });
		}
		for (const [length, padded] of Object.entries(envelope.padme)) {
			expect(padme(Number(length))).toBe(padded);
		}
	});

	it('EN17 EN18 the committed segments and heads open', async () => {
		const secret = await crypto.secret(bytesOf(envelope.epochKey));
		const verify = await crypto.verifier(bytesOf(envelope.signer.public));
		const keys = { homes: new Set([home]), verify, epoch: () => Promise.resolve(secret) };
		const opener = new Opener(crypto, () => Promise.resolve(keys));
		const run = runOf(await sealer());
		for (const vector of pieces) {
			const head: Bytes = concatBytes(bytesOf(vector.head), bytesOf(vector.signature));
			expect(hexOf(buildHead(parseHead(head).head))).toBe(vector.head);
			expect(hexOf(signedBytes('head', bytesOf(vector.head)))).toMatch(/^7370796361/);
			const stored = { bytes: bytesOf(vector.bytes), head };
			const opened =
				vector.seq === 0
					? await opener.openInit(run, stored)
					: await opener.open(run, vector, stored);
			expect(hexOf(opened.body)).toBe(vector.body);
		}
	});
});
