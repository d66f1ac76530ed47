/** G: invalid HTTP, WebSockets, JSON and frames by the ten thousand (docs/spec/relay.md). */
import { once } from 'node:events';
import { connect } from 'node:net';
import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SOCKET_PATH, SUBPROTOCOL } from '#protocol/wire.ts';
import { over } from '../support/ends.ts';
import { childrenOf, type Relay } from '../e2e/support/launch.ts';
import { randomFrom } from '../support/random.ts';
import {
	arrive,
	base64url,
	partOf,
	cameraOf,
	TestDevice,
	TestHome,
	type Keys,
} from '../relay-core/test-device.ts';
import { relayWithRoom } from '../relay/config/settings-file.ts';
import { times } from './support/counts.ts';

const seed = randomInt(2 ** 31);
const below = randomFrom(seed);
const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
const noise = (most: number): Buffer =>
	Buffer.from(Array.from({ length: below(most) }, () => below(256)));

let relay: Relay;
let home: TestHome;
/** Each has its own rate limit, so that only malformed frames close a socket. */
let devices: Keys[];
let before: number[];
beforeAll(async () => {
	console.log(`relay-input seed ${seed}`);
	relay = await relayWithRoom();
	home = await TestHome.found();
	devices = [];
	while (devices.length < 28) devices.push(await home.add(['viewer']));
	const device = new TestDevice(relay.address);
	await device.open(home, relay.invitation ?? '');
	device.close();
	before = childrenOf(relay.pid);
});
afterAll(async () => {
	await relay.stop();
});

/** The same two processes still answer, and neither was restarted. */
async function isWell(): Promise<void> {
	expect(childrenOf(relay.pid)).toEqual(before);
	const device = await arrive(relay.address, home);
	device.say({ t: 'ping', n: 7 });
	await device.next('pong');
	device.close();
	expect(relay.said()).not.toMatch(/child exited, restarting it|handling a frame failed/);
}

const METHODS = ['GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'TRACE', 'CONNECT', 'G\0T', '', 'PRI'];
const PATHS = [
	...['/', '/api/relay', '/api/health', '/api/home', '/metrics', '/trust', SOCKET_PATH, '*'],
	...['/../../etc/passwd', '/%00', '/%E0%A4%A', '//', '/api/../api/home', 'http://evil.example/'],
	`/${'a'.repeat(9_000)}`,
];
const HEADERS = [
	...[
		'Host: localhost',
		'Host: evil.example',
		'Host: ',
		'Host: [::1',
		'Host: a b',
		'Host: x\r\nHost: y',
	],
	...['Content-Length: 5', 'Content-Length: -1', 'Content-Length: 99999999999999999999'],
	...[
		'Transfer-Encoding: chunked',
		'Transfer-Encoding: x',
		'Upgrade: websocket',
		'Connection: Upgrade',
	],
	...['Sec-WebSocket-Key: AAAA', 'Sec-WebSocket-Version: 99', 'Origin: null', 'Origin: \x7f'],
	...[
		'Authorization: Bearer x',
		`X: ${'y'.repeat(20_000)}`,
		'Bad Header',
		': none',
		'If-None-Match: *',
	],
	'Accept-Encoding: br;q=,gzip;;;',
	'X-Forwarded-For: 1.2.3.4',
];

/** Sends bytes and returns the first line of every response. */
async function raw(bytes: Buffer): Promise<string[]> {
	const { port } = new URL(relay.address);
	const socket = connect(Number(port), '127.0.0.1');
	const heard: Buffer[] = [];
	socket.on('data', (chunk) => heard.push(chunk));
	const gone = over(socket);
	socket.setTimeout(15_000, () => socket.destroy());
	socket.end(bytes);
	await gone;
	return [
		...Buffer.concat(heard)
			.toString('latin1')
			.matchAll(/HTTP\/1\.1 (\d{3})/g),
	].map(([, status]) => status!);
}

test('malformed HTTP: no response is a server error', async () => {
	for (let round = 0; round < times(30_000, 30); round += 50) {
		const answers = await Promise.all(
			Array.from({ length: 50 }, () => {
				const lines = Array.from({ length: below(6) }, () => pick(HEADERS));
				const request = `${pick(METHODS)} ${pick(PATHS)} HTTP/1.${below(3)}\r\n${lines.join('\r\n')}\r\n\r\n`;
				const whole = Buffer.concat([Buffer.from(request, 'latin1'), noise(40)]);
				for (let flips = below(4); flips > 0; flips -= 1) whole[below(whole.length)] = below(256);
				return raw(below(10) === 0 ? noise(400) : whole);
			}),
		);
		expect(answers.flat().filter((status) => status.startsWith('5'))).toEqual([]);
	}
	await isWell();
});

const FRAMES = (): unknown[] => [
	{ t: 'prove', version: 1, home: home.id, device: home.first.device, signature: 'AAAA' },
	{ t: 'open', version: 1, invitation: 'x', roster: home.entries.map(base64url) },
	{ t: 'append', entries: ['AAAA'] },
	{ t: 'letter', n: 1, to: home.first.device, box: 'AAAA', keep: 1 },
	{ t: 'wait', rid: home.id },
	{ t: 'meet', version: 1, rid: home.id },
	{ t: 'post', rid: home.id, box: 'AAAA' },
	{ t: 'watch', camera: home.id, on: true },
	{ t: 'roster-since', seq: 0 },
	{ t: 'got', id: 0 },
	{ t: 'ping', n: 1 },
];
const VALUES = [
	...[null, true, 0, -1, 1e308, '', 'x', [], {}, [[]], '__proto__', { t: 'ping' }, 2 ** 53],
	'x'.repeat(70_000),
	'a'.repeat(32),
];

function mangledFrame(): string | Buffer {
	const frame = structuredClone(pick(FRAMES())) as Record<string, unknown>;
	const fields = Object.keys(frame);
	switch (below(6)) {
		case 0:
			return noise(200);
		case 1:
			frame[pick(fields)] = pick(VALUES);
			return JSON.stringify(frame);
		case 2:
			return JSON.stringify({ ...frame, [pick(fields)]: undefined });
		case 3: {
			const text = JSON.stringify(frame);
			return text.slice(0, below(text.length));
		}
		case 4:
			return '['.repeat(below(30_000));
		default: {
			const bytes = Buffer.from(JSON.stringify(frame));
			for (let flips = 1 + below(4); flips > 0; flips -= 1) bytes[below(bytes.length)] = below(256);
			return bytes.toString('latin1');
		}
	}
}

/** A malformed frame closes its socket, so each gets one of its own. */
async function oneFrame(bystander: TestDevice, keys: Keys): Promise<void> {
	const proved = below(5) === 0;
	const device = proved ? await arrive(relay.address, home, keys) : new TestDevice(relay.address);
	await device.until(() => device.frames.length > 0 || device.closed !== null);
	if (below(4) === 0) {
		const part = partOf(await cameraOf(home.first), true, noise(100));
		part[below(part.length)] = below(256);
		device.ws.send(part);
	} else device.ws.send(mangledFrame(), { binary: below(5) === 0 });
	// An answer to this shows that the frame was processed and was not invalid.
	device.ws.send(JSON.stringify({ t: 'ping', n: 77 }));
	await device.until(() => device.closed !== null || device.frames.some(({ t }) => t === 'pong'));
	if (device.closed !== null) expect([1006, 1007, 1009, 4400, 4401]).toContain(device.closed);
	device.close();
	bystander.say({ t: 'ping', n: 1 });
	await bystander.next('pong');
}

test('malformed frames, authenticated or not: a close or a refusal, and nobody else is affected', async () => {
	const bystanders = await Promise.all(
		devices.slice(14).map((keys) => arrive(relay.address, home, keys)),
	);
	for (let round = 0; round < times(60_000, 30); round += bystanders.length)
		await Promise.all(bystanders.map((one, at) => oneFrame(one, devices[at]!)));
	for (const bystander of bystanders) bystander.close();
	await isWell();
});

test('malformed frames on the WebSocket protocol level', async () => {
	const { port } = new URL(relay.address);
	for (let round = 0; round < times(10_000, 30); round += 50) {
		await Promise.all(
			Array.from({ length: 50 }, async () => {
				const socket = connect(Number(port), '127.0.0.1');
				const gone = over(socket);
				socket.setTimeout(15_000, () => socket.destroy());
				socket.write(
					`GET ${SOCKET_PATH} HTTP/1.1\r\nHost: localhost:${port}\r\nOrigin: ${relay.address}\r\n` +
						`Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n` +
						`Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: ${SUBPROTOCOL}\r\n\r\n`,
				);
				const [first] = (await once(socket, 'data')) as [Buffer];
				expect(first.toString('latin1')).toContain('101 Switching');
				socket.end(noise(300));
				socket.resume();
				await gone;
			}),
		);
	}
	await isWell();
});
