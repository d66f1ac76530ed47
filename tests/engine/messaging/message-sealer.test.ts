import { beforeAll, describe, expect, it } from 'vitest';
import { asKey, WebCrypto } from '#web/crypto.ts';
import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import { bytesOf, hexOf, concatBytes, type Bytes } from '#domain/base/bytes.ts';
import type { DeviceId, HomeId } from '#domain/base/ids.ts';
import {
	buildSealedMessage,
	sealedMessageInfo,
	parseSealedMessage,
	unpadText,
} from '#domain/home/sealed-message.ts';
import { loginBytes } from '#domain/home/login.ts';
import { safetyDigits, safetyInputs } from '#domain/home/safety-number.ts';
import { MessageSealer, type LocalEndpoint } from '#engine/messaging/message-sealer.ts';
import { replayRoster } from '#engine/home/roster.ts';
import type { KemKey } from '#ports/keys/crypto.ts';
import type { MessageBody } from '#protocol/message.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { fakeDevice, type FakeDevice } from '../../fakes/device.ts';
import { times } from '../../faults/support/counts.ts';
import identity from '../../fixtures/vectors/identity.json' with { type: 'json' };
import vector from '../../fixtures/vectors/letter.json' with { type: 'json' };
import { randomFrom } from '../../support/random.ts';
import { joinedTo } from '../members/joined.ts';

const crypto = new WebCrypto();
const ask: MessageBody = { message: { t: 'ask', nonce: 'ab'.repeat(16) }, beside: {} };
const clock = new ManualClock();
let camera: FakeDevice;
let viewer: FakeDevice;
let stranger: FakeDevice;

beforeAll(async () => {
	[camera, viewer, stranger] = [fakeDevice(clock), fakeDevice(clock), fakeDevice(clock)];
	await camera.localDevice.createCamera();
	await joinedTo(camera, viewer, ['viewer']);
	await joinedTo(camera, stranger, ['viewer']);
	await camera.homeRoster.revoke(deviceOf(stranger));
	const home = camera.homeRoster.roster?.home ?? camera.founded;
	for (const one of [viewer, stranger]) {
		const have = one.homeRoster.entries.length;
		await one.homeRoster.merge(home, have + 1, camera.homeRoster.entries.slice(have));
	}
});

function of({ localDevice }: FakeDevice): LocalEndpoint {
	if (localDevice.unlocked === null) throw new Error('the local device is locked');
	return localDevice.unlocked;
}

const deviceOf = (one: FakeDevice): DeviceId => of(one).identity.device;

describe('vectors of sealed messages', () => {
	it('LT1 a message matches its vector byte by byte and can be opened', async () => {
		const { letter, canonical, signature } = parseSealedMessage(bytesOfBase64url(vector.box));
		expect(hexOf(canonical)).toBe(vector.canonical);
		expect(hexOf(signature)).toBe(vector.signature);
		expect(letter).toMatchObject({ from: vector.from, to: identity.deviceId, id: vector.id });
		expect(hexOf(buildSealedMessage(letter))).toBe(vector.canonical);
		expect(hexOf(sealedMessageInfo(letter))).toBe(vector.info);
		expect(new TextDecoder().decode(unpadText(bytesOf(vector.plain)))).toBe(vector.message);
		const whole = (canonical: string, signature: string) =>
			concatBytes(bytesOf(canonical), bytesOf(signature));
		const roster = await replayRoster(crypto, [
			whole(identity.roster.canonical, identity.roster.signature),
			whole(vector.entry, vector.entrySignature),
		]);
		expect(roster.devices.get(vector.from as DeviceId)?.roles).toEqual(['viewer', 'live']);
		const { kem } = identity.keys;
		const [d, point] = [bytesOf(kem.private), bytesOf(kem.public)];
		const [x, y] = [point.subarray(1, 33), point.subarray(33)];
		const jwk = {
			kty: 'EC',
			crv: 'P-256',
			d: base64urlOf(d),
			x: base64urlOf(x),
			y: base64urlOf(y),
		};
		const algorithm = { name: 'ECDH', namedCurve: 'P-256' };
		const { subtle } = globalThis.crypto;
		const key = await subtle.importKey('jwk', jwk, algorithm, false, ['deriveBits']);
		const self = { ...of(camera).identity, home: identity.homeId as HomeId };
		const opened = await new MessageSealer(crypto, new ManualClock()).open(
			{
				identity: {
					...self,
					device: identity.deviceId as DeviceId,
					kem: { key: asKey<KemKey>(key), public: point },
				},
				roster,
			},
			vector.box,
		);
		expect(opened?.body.message).toEqual(JSON.parse(vector.message));
	});

	it('RL10 the bytes that a device signs to log in match their vector', async () => {
		const { login } = vector;
		const covered = loginBytes({
			originHash: await crypto.sha256(new TextEncoder().encode(login.origin)),
			challenge: bytesOf(login.challenge),
			home: identity.homeId as HomeId,
			device: identity.deviceId as DeviceId,
		});
		const verifier = await crypto.verifier(bytesOf(identity.keys.sign.public));
		expect(hexOf(covered).endsWith(login.canonical)).toBe(true);
		expect(await crypto.verify(verifier, bytesOf(login.signature), covered)).toBe(true);
	});

	it('ID40 the safety number is the same from both sides', async () => {
		const { entry, entrySignature } = vector;
		const { roster: first, keys } = identity;
		const roster = await replayRoster(crypto, [
			concatBytes(bytesOf(first.canonical), bytesOf(first.signature)),
			concatBytes(bytesOf(entry), bytesOf(entrySignature)),
		]);
		const theirs = roster.devices.get(vector.from as DeviceId)?.subject;
		if (!theirs) throw new Error('the vectors have no sender');
		const a = concatBytes(bytesOf(keys.sign.public), bytesOf(keys.kem.public));
		const b = concatBytes(theirs.sign, theirs.kem);
		for (const [one, other] of [
			[a, b],
			[b, a],
		] as const) {
			const [x, y] = safetyInputs(one, other);
			const digits = safetyDigits([await crypto.sha256(x), await crypto.sha256(y)]);
			expect(digits).toBe(vector.safety);
		}
	});
});

describe('sealed messages', () => {
	const read = (by: FakeDevice, box: string, letters = new MessageSealer(crypto, by.clock)) =>
		letters.open(of(by), box);
	const write = (from: FakeDevice, to: FakeDevice) =>
		new MessageSealer(crypto, from.clock).seal(of(from), deviceOf(to), ask);

	it('LT1 LT2 a message reaches another member and names its sender', async () => {
		const { device } = of(viewer).identity;
		const got = await read(camera, await write(viewer, camera));
		expect(got).toMatchObject({ body: ask, from: { device, roles: ['viewer'] } });
	});

	it('LT1 only the padded length is visible', async () => {
		const letters = new MessageSealer(crypto, viewer.clock);
		const grants = { t: 'grants', camera: 'ab'.repeat(16), grants: ['a'.repeat(300)] } as const;
		const long: MessageBody = { message: { ...grants, grants: [...grants.grants] }, beside: {} };
		const boxes = [ask, long].map((body) => letters.seal(of(viewer), deviceOf(camera), body));
		const [a, b] = await Promise.all(boxes);
		expect(a?.length).toBe(b?.length);
	});

	it('LT2 a message is dropped by another device, and after either side was revoked', async () => {
		const letters = new MessageSealer(crypto, camera.clock);
		const outside = { ...of(viewer), identity: of(stranger).identity };
		const forged = await new MessageSealer(crypto, camera.clock).seal(
			outside,
			deviceOf(camera),
			ask,
		);
		expect(await read(camera, forged, letters)).toBeNull();
		expect(letters.dropped).toBe(1);
		const unsent = new MessageSealer(crypto, camera.clock).seal(
			of(camera),
			deviceOf(stranger),
			ask,
		);
		await expect(unsent).rejects.toMatchObject({ kind: 'not-found' });
		expect(await read(viewer, await write(viewer, camera))).toBeNull();
	});

	it('LT2 a member whose time is up is neither read nor written to', async () => {
		const box = await write(viewer, camera);
		const entry = of(camera).roster.devices.get(deviceOf(viewer));
		if (!entry) throw new Error('the roster has no viewer');
		const roster = {
			...of(camera).roster,
			devices: new Map(of(camera).roster.devices).set(deviceOf(viewer), {
				...entry,
				notAfterMs: camera.clock.wallMs(),
			}),
		};
		const late = { identity: of(camera).identity, roster };
		expect(await new MessageSealer(crypto, camera.clock).open(late, box)).toBeNull();
		const sent = new MessageSealer(crypto, camera.clock).seal(late, deviceOf(viewer), ask);
		await expect(sent).rejects.toMatchObject({ kind: 'not-found' });
	});

	it('LT3 a message is read once', async () => {
		const letters = new MessageSealer(crypto, camera.clock);
		const box = await write(viewer, camera);
		expect(await read(camera, box, letters)).not.toBeNull();
		expect(await read(camera, box, letters)).toBeNull();
	});

	it('LT4 no clock decides', async () => {
		const late = new MessageSealer(crypto, new ManualClock(86_400_000));
		const box = await late.seal(of(viewer), deviceOf(camera), ask);
		expect(await read(camera, box)).not.toBeNull();
	});

	it(
		'LT2 mutated messages are never read',
		async () => {
			const seed = Number(process.env['SEED'] ?? 20261125);
			const count = times(10_000);
			const below = randomFrom(seed);
			const letters = new MessageSealer(crypto, camera.clock);
			const whole = bytesOfBase64url(await write(viewer, camera));
			const other = bytesOfBase64url(await write(viewer, camera));
			let readAny = 0;
			for (let n = 0; n < count; n += 1) {
				const box = base64urlOf(mutated(whole, other, below));
				if ((await letters.open(of(camera), box)) !== null) readAny += 1;
			}
			process.stdout.write(`mutated letters: ${count}, read: ${readAny}, seed ${seed}\n`);
			expect(readAny).toBe(0);
			expect(letters.dropped).toBe(count);
			expect(await letters.open(of(camera), base64urlOf(whole))).not.toBeNull();
		},
		5 * 60_000,
	);
});

/** Flips bits, truncates, extends, or splices two messages. Never equals either of them. */
function mutated(whole: Bytes, other: Bytes, below: (most: number) => number): Bytes {
	const bytes = whole.slice();
	const at = below(whole.length);
	switch (below(5)) {
		case 0:
			return whole.slice(0, at);
		case 1:
			return concatBytes(
				whole,
				Uint8Array.from({ length: 1 + below(70) }, () => below(256)),
			);
		case 2: {
			const from = 52 + below(whole.length - 53);
			bytes.set(other.subarray(0, from), 0);
			// Two messages share home, devices and sometimes time: the result must differ from both.
			return hexOf(bytes) === hexOf(other) || hexOf(bytes) === hexOf(whole)
				? flipped(whole, at, below)
				: bytes;
		}
		default:
			return flipped(whole, at, below);
	}
}

function flipped(whole: Bytes, at: number, below: (most: number) => number): Bytes {
	const bytes = whole.slice();
	bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
	return bytes;
}
