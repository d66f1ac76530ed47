/** What one stranger, or one member, can cost a relay with default limits (RL26 to RL30). */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SOCKET_PATH, SUBPROTOCOL, type FromDevice } from '#protocol/wire.ts';
import type { Relay } from '../e2e/support/launch.ts';
import { arrive, randomHex, TestDevice, TestHome, type Keys } from '../relay-core/test-device.ts';
import { relayWith } from '../relay/config/settings-file.ts';
import { pidOf, rssMiB } from './support/rss.ts';

let relay: Relay;
let home: TestHome;
let viewer: Keys;
let deaf: Keys;
beforeAll(async () => {
	relay = await relayWith({});
	home = await TestHome.found();
	viewer = await home.add(['viewer', 'live']);
	deaf = await home.add(['viewer', 'live']);
	const device = new TestDevice(relay.address);
	await device.open(home, relay.invitation ?? '');
	device.close();
});
afterAll(() => relay.stop());

/** Connects from an address of its own: all of 127.0.0.0/8 is this machine. */
async function connected(localAddress: string): Promise<Socket> {
	const { port } = new URL(relay.address);
	const socket = connect({ host: '127.0.0.1', port: Number(port), localAddress });
	socket.on('error', () => undefined);
	socket.resume();
	await new Promise<void>((resolve) => {
		socket.once('connect', resolve);
		socket.once('close', resolve);
	});
	return socket;
}

async function guest(localAddress: string, heard: string[] = []): Promise<WebSocket> {
	const { host, port } = new URL(relay.address);
	const ws = new WebSocket(`ws://127.0.0.1:${port}${SOCKET_PATH}`, [SUBPROTOCOL], {
		...{ perMessageDeflate: false, origin: relay.address, headers: { Host: host } },
		localAddress,
	});
	ws.on('error', () => undefined);
	// Listens at once: the challenge may arrive together with the upgrade response.
	ws.on('message', (data: Buffer) => heard.push(data.toString()));
	await Promise.race([once(ws, 'open'), once(ws, 'close')]);
	return ws;
}

test('RL26 an address has 64 connections, and the home connects as usual', async () => {
	const live = pidOf(relay, 'live');
	const before = rssMiB(live);
	let gone = 0;
	const sockets = await Promise.all(
		Array.from({ length: 1_000 }, async () => {
			const socket = await connected('127.0.0.9');
			if (socket.destroyed) gone += 1;
			else socket.once('close', () => (gone += 1));
			return socket;
		}),
	);
	await expect.poll(() => gone).toBeGreaterThanOrEqual(1_000 - 64);
	const grown = rssMiB(live) - before;
	console.log(`1,000 connections of one address: ${1_000 - gone} stay, ${grown.toFixed(0)} MiB`);
	expect(grown).toBeLessThan(60);
	(await arrive(relay.address, home)).close();
	for (const socket of sockets) socket.destroy();
});

test('RL30 guests from 40 addresses hold little, and a member can still show its code', async () => {
	const live = pidOf(relay, 'live');
	const before = rssMiB(live);
	const box = 'A'.repeat(43_000);
	const guests = await Promise.all(
		Array.from({ length: 40 }, (_, at) => guest(`127.0.2.${at + 1}`)),
	);
	for (const ws of guests) {
		for (let n = 0; n < 6; n += 1) {
			const rid = randomHex();
			const frames: FromDevice[] = [
				{ t: 'wait', rid, version: 1 },
				...Array.from({ length: 9 }, () => ({ t: 'post', rid, box }) as const),
			];
			for (const frame of frames) ws.send(JSON.stringify(frame));
		}
	}
	const owner = await arrive(relay.address, home);
	const rid = randomHex();
	owner.say({ t: 'wait', rid, locator: 'ABCDEFGH' });
	owner.say({ t: 'ping', n: 1 });
	await owner.next('pong');
	expect(owner.frames.some(({ t }) => t === 'refused')).toBe(false);
	const heard: string[] = [];
	const phone = await guest('127.0.0.77', heard);
	phone.send(JSON.stringify({ t: 'find', version: 1, locator: 'ABCDEFGH' }));
	await expect.poll(() => heard.join()).toContain(rid);
	const grown = rssMiB(live) - before;
	console.log(`40 guests posted 89 MiB: live grew by ${grown.toFixed(0)} MiB`);
	expect(grown).toBeLessThan(120);
	for (const ws of [...guests, phone]) ws.terminate();
	owner.close();
});

test('RL30 an endless frame costs a guest its socket, not the relay half a megabyte', async () => {
	const ws = await guest('127.0.0.10');
	const raw = (ws as unknown as { _socket: Socket })._socket;
	const closed = once(ws, 'close');
	// A binary frame of 500,000 bytes, masked with zeros.
	raw.write(Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 7, 0xa1, 0x20, 0, 0, 0, 0]));
	raw.write(Buffer.alloc(200_000));
	expect((await closed)[0]).toBe(4400);
});

test('RL9 one member that reads nothing on 180 sockets: the total queued is bounded', async () => {
	const live = pidOf(relay, 'live');
	const sockets: TestDevice[] = [];
	while (sockets.length < 180) {
		const device = await arrive(relay.address, home, deaf);
		device.ws.pause();
		sockets.push(device);
	}
	const before = rssMiB(live);
	let most = 0;
	const owner = await arrive(relay.address, home);
	const box = 'A'.repeat(63 * 1024);
	for (let n = 0; n < 150; n += 1) {
		owner.say({ t: 'letter', n, to: deaf.device, box, keep: 0 });
		await owner.until(() =>
			owner.frames.some((f) => ['taken', 'away'].includes(f.t) && 'n' in f && f.n === n),
		);
		most = Math.max(most, rssMiB(live) - before);
	}
	console.log(`150 messages for 180 sockets, 1.7 GiB: live grew by ${most.toFixed(0)} MiB at most`);
	expect(most).toBeLessThan(500);
	owner.close();
	for (const device of sockets) device.close();
});

test('RL29 one live-only member that sends while store hangs is limited to its share', async () => {
	const sockets = await Promise.all(
		Array.from({ length: 8 }, () => arrive(relay.address, home, viewer)),
	);
	const before = rssMiB(relay.pid);
	process.kill(pidOf(relay, 'store'), 'SIGSTOP');
	try {
		const box = 'A'.repeat(63 * 1024);
		for (const socket of sockets)
			for (let n = 0; n < 300; n += 1)
				socket.say({ t: 'letter', n, to: home.first.device, box, keep: 604_800 });
		const codes = await Promise.all(sockets.map((socket) => socket.ended()));
		// Whoever is too busy to answer the close is cut off: that is an end, too.
		expect(codes).toContain(4429);
		expect(codes.filter((code) => code !== 4429 && code !== 1006)).toEqual([]);
		const taken = sockets.flatMap(({ frames }) => frames.filter(({ t }) => t === 'taken')).length;
		const grown = rssMiB(relay.pid) - before;
		console.log(`2,400 messages, ${taken} taken: the supervisor grew by ${grown.toFixed(0)} MiB`);
		expect(taken).toBeLessThan(1_000);
		expect(grown).toBeLessThan(120);
	} finally {
		process.kill(pidOf(relay, 'store'), 'SIGCONT');
	}
});

test('RL27 a guest in the same network cannot lock the household out with IPv6 addresses', async () => {
	const behind = await relayWith({ proxies: ['127.0.0.1', '::1'] });
	const from = async (address: string): Promise<boolean> => {
		const device = new TestDevice(behind.address, { headers: { 'X-Forwarded-For': address } });
		const how = await device.until(() =>
			device.frames.length > 0 ? 'in' : device.closed === null ? null : 'out',
		);
		device.close();
		return how === 'in';
	};
	const bad: boolean[] = [];
	for (let n = 0; n < 70; n += 1) bad.push(await from('fd12:3456:789a:1::bad'));
	expect(bad).toContain(false);
	expect(await from('fd12:3456:789a:1::c0de')).toBe(true);
	await behind.stop();
});
