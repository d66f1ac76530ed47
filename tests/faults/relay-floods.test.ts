/**
 * D: floods of slow, many and large requests do not slow others down (docs/spec/relay.md, RL6 to
 * RL9).
 */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { SOCKET_PATH, SUBPROTOCOL } from '#protocol/wire.ts';
import { over } from '../support/ends.ts';
import type { Relay } from '../e2e/support/launch.ts';
import { arrive, cameraOf, TestDevice, TestHome, type Keys } from '../relay-core/test-device.ts';
import { relayWith, relayWithRoom } from '../relay/config/settings-file.ts';
import { median } from '../support/measures.ts';
import { SOAK, times } from './support/counts.ts';
import { pidOf, rssMiB as rssOf } from './support/rss.ts';

let relay: Relay;
let home: TestHome;
let viewer: Keys;
/** Its frames count over all its sockets: nobody else floods, or is flooded, with its keys. */
let noisy: Keys;
beforeAll(async () => {
	relay = await relayWithRoom();
	home = await TestHome.found();
	viewer = await home.add(['viewer']);
	noisy = await home.add(['viewer']);
	const device = new TestDevice(relay.address);
	await device.open(home, relay.invitation ?? '');
	device.close();
});
afterAll(async () => {
	await relay.stop();
});

const open: Socket[] = [];
afterEach(() => {
	for (const socket of open.splice(0)) socket.destroy();
});

const port = (): number => Number(new URL(relay.address).port);

const rssMiB = (of = relay): number => rssOf(pidOf(of, 'live'));

async function plain(hello: string): Promise<Socket> {
	const socket = connect(port(), '127.0.0.1');
	open.push(socket);
	socket.on('error', () => undefined);
	await once(socket, 'connect');
	socket.write(hello);
	return socket;
}

/** Time the relay takes to answer a well-behaved device. */
async function answersMs(device: TestDevice): Promise<number> {
	const begun = performance.now();
	device.say({ t: 'ping', n: 1 });
	await device.next('pong');
	return performance.now() - begun;
}

test('slow headers are cut off within 13 s and delay nobody', async () => {
	const device = await arrive(relay.address, home);
	const slow = await Promise.all(
		Array.from({ length: times(4_000) }, () => plain('GET / HTTP/1.1\r\nHost: localhost\r\nX: ')),
	);
	const begun = performance.now();
	const ends = slow.map(async (socket) => {
		await over(socket.resume());
		return performance.now() - begun;
	});
	const trickle = setInterval(() => {
		for (const socket of slow) socket.write('y');
	}, 3_000);
	let closed = false;
	const waits: number[] = [];
	const keepAsking = async (): Promise<void> => {
		for (; !closed; await new Promise((soon) => setTimeout(soon, 200)))
			waits.push(await answersMs(device));
	};
	const asking = keepAsking();
	const lasted = await Promise.all(ends);
	closed = true;
	await asking;
	clearInterval(trickle);
	console.log(
		`${slow.length} slow headers: the last closed after ${Math.max(...lasted).toFixed(0)} ms`,
	);
	expect(median(waits)).toBeLessThan(1_000);
	// Except for the time in which the machine itself stalled.
	expect(Math.max(...lasted) - Math.max(...waits)).toBeLessThan(13_000);
	device.close();
});

test('slow bodies delay nobody', async () => {
	const bodies = await Promise.all(
		Array.from({ length: times(2_000) }, () =>
			plain('POST /api/relay HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nx'),
		),
	);
	expect(bodies).toHaveLength(times(2_000));
	const device = await arrive(relay.address, home);
	const waits: number[] = [];
	while (waits.length < 5) waits.push(await answersMs(device));
	expect(median(waits)).toBeLessThan(1_000);
	device.close();
});

test('many idle sockets: few bytes each, and closed when silent', async () => {
	const count = times(10_000);
	// A relay of its own: what V8 retains of another flood must not count here.
	const fresh = await relayWithRoom();
	const before = rssMiB(fresh);
	const { host } = new URL(fresh.address);
	const asks =
		`GET ${SOCKET_PATH} HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${fresh.address}\r\n` +
		`Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n` +
		`Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: ${SUBPROTOCOL}\r\n\r\n`;
	let [now, most, peak] = [0, 0, 0];
	const codes = new Set<number>();
	const begun = performance.now();
	let openedMs = 0;
	const ends: Promise<void>[] = [];
	for (let at = 0; at < count; at += 500) {
		const these = Array.from({ length: Math.min(500, count - at) }, async () => {
			const socket = connect(Number(new URL(fresh.address).port), '127.0.0.1');
			open.push(socket);
			ends.push(over(socket).then(() => void (now -= 1)));
			socket.write(asks);
			const [first] = (await once(socket, 'data')) as [Buffer];
			expect(first.toString('latin1')).toContain('101 Switching');
			now += 1;
			most = Math.max(most, now);
			socket.on('data', (heard: Buffer) => {
				// A close frame and its code (RFC 6455).
				if (heard[0] === 0x88) codes.add(heard.readUInt16BE(2));
			});
		});
		await Promise.all(these);
		peak = Math.max(peak, rssMiB(fresh));
		openedMs = performance.now() - begun;
	}
	console.log(
		`${count} idle sockets in ${openedMs.toFixed(0)} ms, ${most} open at once: ${peak.toFixed(0)} MiB in all, ` +
			`${(((peak - before) * 1024) / most).toFixed(1)} KiB each`,
	);
	expect(peak).toBeLessThan(SOAK ? 200 : 160);
	// Unauthenticated sockets are closed after 5 s (RL8); a machine that opens them faster has all of
	// them at once.
	if (openedMs < 5_000) expect(most).toBe(count);
	await Promise.all(ends);
	expect(codes).toEqual(new Set([4401]));
	await fresh.stop();
});

test('too large: text, binary, and a header that announces more', async () => {
	const text = await arrive(relay.address, home);
	text.ws.send('x'.repeat(65_537));
	expect(await text.ended()).toBe(4400);
	const binary = await arrive(relay.address, home);
	binary.ws.send(new Uint8Array(512 * 1024 + 1));
	expect(await binary.ended()).toBe(1009);
	const before = rssMiB();
	for (let one = 0; one < times(200); one += 1) {
		const device = await arrive(relay.address, home);
		const raw = (device.ws as unknown as { _socket: Socket })._socket;
		// The header announces 2 GiB.
		raw.write(Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0x80, 0, 0, 0, 1, 2, 3, 4]));
		expect(await device.ended()).toBe(1009);
	}
	expect(rssMiB() - before).toBeLessThan(100);
});

test('floods close the sender’s socket; a viewer is not affected', async () => {
	const camera = await arrive(relay.address, home);
	const watcher = await arrive(relay.address, home, viewer);
	const id = await cameraOf(home.first);
	watcher.say({ t: 'watch', camera: id, on: true });
	await camera.next('watched');
	for (let round = 0; round < times(50); round += 1) {
		const headers = { 'X-Forwarded-For': `198.51.100.${round % 250}` };
		const flood = await arrive(relay.address, home, noisy, { headers });
		for (let one = 0; one < 1_000; one += 1) flood.say({ t: 'ping', n: one });
		expect(await flood.ended()).toBe(4429);
		const heard = watcher.parts.length;
		camera.sendPart(id, true, new Uint8Array(50_000));
		await watcher.until(() => watcher.parts.length > heard);
		camera.say({ t: 'ping', n: 1 });
		watcher.say({ t: 'ping', n: 1 });
	}
	camera.close();
	watcher.close();
});

test('RL7 an address that keeps flooding is refused for a while', async () => {
	const headers = { 'X-Forwarded-For': '203.0.113.99' };
	for (let one = 0; one < 4; one += 1) {
		const flood = await arrive(relay.address, home, noisy, { headers });
		for (let n = 0; n < 1_000; n += 1) flood.say({ t: 'ping', n });
		expect(await flood.ended()).toBe(4429);
	}
	const again = new TestDevice(relay.address, { headers });
	expect(await again.ended()).toBe(1006);
	expect(again.frames).toEqual([]);
	(await arrive(relay.address, home)).close();
});

test('RL9 a viewer that does not read costs 8 MiB at most, and the others see everything', async () => {
	const camera = await arrive(relay.address, home);
	const [good, stuck] = [
		await arrive(relay.address, home, viewer),
		await arrive(relay.address, home, viewer),
	];
	const id = await cameraOf(home.first, 2);
	for (const one of [good, stuck]) one.say({ t: 'watch', camera: id, on: true });
	await camera.until(() => camera.frames.filter((f) => f.t === 'watched').length === 2);
	const before = rssMiB();
	stuck.ws.pause();
	const count = times(400);
	for (let n = 0; n < count; n += 1) {
		camera.sendPart(id, n % 10 === 0, new Uint8Array(300_000));
		await good.until(() => good.parts.length === n + 1);
		if (n % 10 === 0) for (const one of [camera, good]) one.say({ t: 'ping', n });
		// A device may send 8 MB a second.
		await new Promise((resolve) => setTimeout(resolve, 40));
	}
	expect(good.parts).toHaveLength(count);
	// Includes the live buffer of 30 s and what V8 has not released.
	expect(rssMiB() - before).toBeLessThan(Math.min(256, count * 0.3) + 120);
	stuck.ws.resume();
	await stuck.until(() => stuck.parts.length > 0 || stuck.closed !== null);
	expect(stuck.parts.length).toBeLessThan(count);
	for (const one of [camera, good, stuck]) one.close();
});

test('RL7 an address has its limit, and another is not affected by it', async () => {
	const strict = await relayWith({ proxies: ['127.0.0.1', '::1'] });
	const from = (address: string): TestDevice =>
		new TestDevice(strict.address, { headers: { 'X-Forwarded-For': address } });
	const begun = performance.now();
	const devices = Array.from({ length: 80 }, () => from('203.0.113.7'));
	await Promise.all(
		devices.map((one) => one.until(() => one.closed !== null || one.frames.length > 0)),
	);
	const refused = devices.filter(({ frames }) => frames.length === 0).length;
	// Sixty at once, and one more per second.
	const seconds = Math.ceil((performance.now() - begun) / 1000);
	expect(refused).toBeGreaterThanOrEqual(Math.max(1, 20 - seconds));
	expect(refused).toBeLessThanOrEqual(20);
	const other = from('203.0.113.8');
	await other.next('challenge');
	for (const one of [...devices, other]) one.close();
	await strict.stop();
});

test('RL18 P a locator cannot be found by brute force, from one address or from many', async () => {
	const strict = await relayWithRoom();
	const own = await TestHome.found();
	const owner = new TestDevice(strict.address);
	await owner.open(own, strict.invitation ?? '');
	await owner.prove(own.id, own.first);
	await owner.next('welcome');
	owner.say({ t: 'wait', rid: own.id, locator: 'ABCDEFGH' });
	const letters = '23456789ABCDEFGHJKMNPQRSTVWXYZ';
	const refusals = new Map<string, number>();
	const count = times(100_000, 50);
	const guess = async (n: number): Promise<void> => {
		const device = new TestDevice(strict.address, {
			headers: { 'X-Forwarded-For': `198.${n >> 16}.${(n >> 8) & 255}.${n & 255}` },
		});
		await device.next('challenge');
		const locator = Array.from({ length: 8 }, () => letters[randomInt(30)]).join('');
		device.say({ t: 'find', version: 1, locator });
		const { why } = await device.next('refused');
		refusals.set(why, (refusals.get(why) ?? 0) + 1);
		device.close();
	};
	const begun = performance.now();
	for (let n = 0; n < count; n += 100) {
		await Promise.all(Array.from({ length: 100 }, (_, at) => guess(n + at)));
		owner.say({ t: 'ping', n });
	}
	const seconds = (performance.now() - begun) / 1000;
	console.log(`${count} guesses in ${seconds.toFixed(0)} s: ${JSON.stringify([...refusals])}`);
	// A hundred in any ten minutes, whatever the timing.
	expect(refusals.get('no-meeting')).toBe(100 * Math.ceil(seconds / 600));
	expect([...refusals.keys()].sort()).toEqual(['no-meeting', 'too-many']);
	expect(owner.frames.some(({ t }) => t === 'met')).toBe(false);
	owner.close();
	await strict.stop();
});
