/** Limits of a socket, and who may send and receive live parts. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CameraId } from '#domain/base/ids.ts';
import type { FromDevice } from '#protocol/wire.ts';
import { iceServersFor } from '#relay/http/ice-servers.ts';
import { base64url, cameraOf, partOf, randomHex, TestHome, type Keys } from './test-device.ts';
import { hashOf, newTestRelay, TestSession, type TestRelay } from './test-session.ts';

let known: TestHome;
let world: TestRelay;
beforeAll(async () => {
	known = await TestHome.found();
});
beforeEach(() => {
	world = newTestRelay([known]);
});

const entered = (): Promise<TestSession> => new TestSession(world).prove(known);

describe('RL6 RL7 RL8 limits', () => {
	test.each([
		['no JSON', '{'],
		['no object', '3'],
		['no kind', '{}'],
		['a kind there is not', '{"t":"hello"}'],
		['a wrong field', '{"t":"ping","n":-1}'],
		['too long', JSON.stringify({ t: 'ping', n: 1, x: 'x'.repeat(65_536) })],
	])('%s: 4400', async (_name, text) => {
		const device = await entered();
		device.session.receiveText(Buffer.from(text));
		expect(device.closed).toBe(4400);
	});

	test('more than 240 frames at once: 4429, counted as a violation of the address', async () => {
		const device = await entered();
		for (let n = 0; n < 239; n += 1) device.session.receiveText(Buffer.from('{"t":"ping","n":1}'));
		expect(device.closed).toBeNull();
		device.session.receiveText(Buffer.from('{"t":"ping","n":1}'));
		expect([device.closed, device.offences]).toEqual([4429, 1]);
	});

	test('more than 8 MB of parts in a second: 4429', async () => {
		const device = await entered();
		const part = partOf(await cameraOf(known.first), true, new Uint8Array(500_000));
		for (let n = 0; n < 15; n += 1) device.session.receivePart(part);
		expect(device.closed).toBeNull();
		device.session.receivePart(part);
		expect(device.closed).toBe(4429);
	});

	test('the limit covers all sockets of a device, and other devices have their own', async () => {
		const sockets = await Promise.all(Array.from({ length: 4 }, entered));
		for (let n = 0; n < 59; n += 1)
			for (const { session } of sockets) session.receiveText(Buffer.from('{"t":"ping","n":1}'));
		expect(sockets.map(({ closed }) => closed)).toEqual([null, null, null, null]);
		sockets[0]!.session.receiveText(Buffer.from('{"t":"ping","n":1}'));
		expect(sockets.map(({ closed }) => closed)).toEqual([4429, null, null, null]);
		// Connecting counts as a frame, too.
		expect((await entered()).closed).toBe(4429);
		const viewer = await known.add(['viewer']);
		world.nowMs += 1_000;
		await (await entered()).say({ t: 'append', entries: known.entries.slice(1).map(base64url) });
		const other = await new TestSession(world).prove(known, viewer);
		for (let n = 0; n < 239; n += 1) other.session.receiveText(Buffer.from('{"t":"ping","n":1}'));
		expect(other.closed).toBeNull();
	});

	test('small parts count 4 KiB each', async () => {
		const device = await entered();
		const part = partOf(await cameraOf(known.first), true, new Uint8Array(1));
		for (let n = 0; n < 1_953; n += 1) device.session.receivePart(part);
		expect(device.closed).toBeNull();
		device.session.receivePart(part);
		expect(device.closed).toBe(4429);
	});

	test('RL26 authenticating releases the slot, once', async () => {
		const device = await entered();
		expect(device.proofs).toBe(1);
		world.nowMs += 8 * 60_000;
		device.session.receiveText(Buffer.from('{"t":"ping","n":1}'));
		device.session.tick();
		await device.prove(known);
		expect([device.closed, device.proofs]).toEqual([null, 1]);
	});

	test('RL30 unauthenticated: 64 frames at once, no part, 128 KiB while a proof is verified', async () => {
		const device = new TestSession(world);
		for (let n = 0; n < 64; n += 1) device.session.receiveText(Buffer.from('{"t":"ping","n":1}'));
		expect(device.closed).toBeNull();
		device.session.receiveText(Buffer.from('{"t":"ping","n":1}'));
		expect(device.closed).toBe(4429);
		const camera = new TestSession(world);
		camera.session.receivePart(partOf(await cameraOf(known.first), true, new Uint8Array(100)));
		expect(camera.closed).toBe(4400);
		const prover = new TestSession(world);
		const proof = { t: 'prove', version: 1, home: known.id, device: known.first.device };
		prover.session.receiveText(
			Buffer.from(JSON.stringify({ ...proof, signature: 'A'.repeat(86) })),
		);
		const large = Buffer.from(
			JSON.stringify({ t: 'post', rid: '0'.repeat(32), box: 'A'.repeat(43_000) }),
		);
		for (let n = 0; n < 3; n += 1) prover.session.receiveText(large);
		expect(prover.closed).toBeNull();
		prover.session.receiveText(large);
		expect(prover.closed).toBe(4429);
	});

	test('a device that has all sockets of its home makes room for another device', async () => {
		const viewer = await known.add(['viewer']);
		const owner = await entered();
		await owner.say({ t: 'append', entries: known.entries.slice(1).map(base64url) });
		const flood: TestSession[] = [];
		for (let n = 0; n < 255; n += 1) {
			world.nowMs += 100;
			flood.push(await new TestSession(world).prove(known, viewer));
		}
		expect((await new TestSession(world).prove(known, viewer)).closed).toBe(4401);
		const again = await entered();
		expect([again.closed, flood[0]!.closed, flood[1]!.closed]).toEqual([null, 4429, null]);
	});

	test('silence, or no proof, closes it', async () => {
		const silent = await entered();
		world.nowMs = 25_000;
		silent.session.tick();
		expect(silent.closed).toBeNull();
		world.nowMs = 25_001;
		silent.session.tick();
		expect(silent.closed).toBe(4408);
		const unproved = new TestSession(world);
		world.nowMs += 5_001;
		unproved.session.tick();
		expect(unproved.closed).toBe(4401);
	});

	test.each([
		['message', { t: 'letter', n: 1, to: '0'.repeat(32), box: '', keep: 0 }],
		['roster entry', { t: 'append', entries: [] }],
		['live part', { t: 'watch', camera: '0'.repeat(32), on: true }],
		['roster', { t: 'roster-since', seq: 0 }],
	] as [string, FromDevice][])('without a proof no %s', async (_name, frame) => {
		const device = await new TestSession(world).say(frame);
		expect([device.refusal, device.closed]).toEqual(['not-allowed', 4401]);
	});

	test('RL13 an unsupported version is refused', async () => {
		const device = await new TestSession(world).say({ t: 'meet', version: 2, rid: randomHex() });
		expect(device.refusal).toBe('version');
	});
});

describe('RL9 RL19 RL20 live parts', () => {
	async function watched(): Promise<{
		camera: TestSession;
		viewer: TestSession;
		part: (key: boolean) => Buffer;
		/** Another camera of the same device. */
		other: CameraId;
	}> {
		const home = await TestHome.found();
		const keys = await home.add(['viewer']);
		world.relay.invitations.set(hashOf('more'), world.wallMs + 1);
		await new TestSession(world).say({
			...{ t: 'open', version: 1, invitation: 'more' },
			roster: home.entries.map(base64url),
		});
		const camera = await new TestSession(world).prove(home);
		const viewer = await new TestSession(world).prove(home, keys);
		const id = await cameraOf(home.first, 16);
		await viewer.say({ t: 'watch', camera: id, on: true });
		expect(camera.last).toEqual({ t: 'watched', camera: id, devices: [keys.device] });
		const other = await cameraOf(home.first, 15);
		return { camera, viewer, other, part: (key) => partOf(id, key, new Uint8Array(100)) };
	}

	test('are forwarded unchanged, and a later viewer starts at the newest key part', async () => {
		const { camera, viewer, part } = await watched();
		await camera.say(part(true));
		await camera.say(part(false));
		expect(viewer.parts).toEqual([part(true), part(false)]);
		const watch = { t: 'watch', camera: part(true).toString('hex', 1, 17) } as const;
		await viewer.say({ ...watch, on: false });
		await viewer.say({ ...watch, on: true });
		expect(viewer.parts).toHaveLength(4);
	});

	test('are skipped for a slow viewer up to the next key part', async () => {
		const { camera, viewer, part } = await watched();
		await camera.say(part(true));
		viewer.slow = true;
		await camera.say(part(false));
		viewer.slow = false;
		await camera.say(part(false));
		expect(viewer.parts).toHaveLength(1);
		await camera.say(part(true));
		await camera.say(part(false));
		expect(viewer.parts).toHaveLength(3);
	});

	test('are skipped per camera: a key part of one does not resume another', async () => {
		const { camera, viewer, part, other } = await watched();
		await viewer.say({ t: 'watch', camera: other, on: true });
		const ofOther = (key: boolean) => partOf(other, key, new Uint8Array(100));
		for (const one of [part(true), ofOther(true)]) await camera.say(one);
		viewer.slow = true;
		for (const one of [part(false), ofOther(false)]) await camera.say(one);
		viewer.slow = false;
		await camera.say(ofOther(true));
		await camera.say(part(false));
		expect(viewer.parts).toEqual([part(true), ofOther(true), ofOther(true)]);
		await camera.say(part(true));
		expect(viewer.parts).toHaveLength(4);
	});

	test('of a camera that is not the sender’s are dropped', async () => {
		const { viewer, part } = await watched();
		await viewer.say(part(true));
		expect(viewer.parts).toEqual([]);
		expect(world.relay.liveBuffer.bytes).toBe(0);
	});

	test.each([
		['a later version', (frame: Buffer) => frame.fill(2, 0, 1)],
		['unknown flags', (frame: Buffer) => frame.fill(2, 17, 18)],
		['an empty part', (frame: Buffer) => frame.subarray(0, 18)],
	])('%s: 4400', async (_name, change) => {
		const { camera, part } = await watched();
		await camera.say(change(part(true)));
		expect(camera.closed).toBe(4400);
	});
});

describe('TURN credentials', () => {
	const ice = { urls: ['stun:s:1', 'turn:t:1'], secret: 'north-south-east', seconds: 3_600 };

	test('as coturn checks them', () => {
		// python3 -c "hmac.new(b'north-south-east', b'4600:dd', 'sha1')", base64.
		expect(iceServersFor(ice, 'dd' as Keys['device'], 1_000_000)).toEqual([
			{ urls: ['stun:s:1'] },
			{ urls: ['turn:t:1'], username: '4600:dd', credential: '53+r05oCnHlBM5Hg9bBeC6PXCx8=' },
		]);
		expect(iceServersFor(null, 'dd' as Keys['device'], 0)).toEqual([]);
	});
});
