/** The relay's socket as devices see it: two real processes, real keys, real sockets. */
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { over } from '../../support/ends.ts';
import { startRelay, type Relay } from '../../e2e/support/launch.ts';
import {
	arrive,
	base64url,
	cameraOf,
	randomHex,
	TestDevice,
	TestHome,
} from '../../relay-core/test-device.ts';
import { builtSite } from '../process/site.ts';

let relay: Relay;
let home: TestHome;
beforeAll(async () => {
	relay = await startRelay({ env: { SPYCAM_APP: builtSite() } });
	home = await TestHome.found();
	const device = new TestDevice(relay.address);
	await device.open(home, relay.invitation ?? '');
	await device.prove(home.id, home.first);
	await device.next('welcome');
	device.close();
});
afterAll(() => relay.stop());

test('RL14 a member appends, and the whole home receives the entry', async () => {
	const owner = await arrive(relay.address, home);
	const viewer = await home.add(['viewer']);
	owner.say({ t: 'append', entries: [base64url(home.entries.at(-1)!)] });
	expect((await owner.next('appended')).seq).toBe(home.entries.length);
	const other = await arrive(relay.address, home, viewer);
	other.say({ t: 'roster-since', seq: 0 });
	const roster = await other.next('roster');
	expect(roster).toEqual({ t: 'roster', from: 1, entries: home.entries.map(base64url) });
	await owner.until(() => owner.frames.some((f) => f.t === 'presence' && f.online.length === 2));

	other.say({ t: 'letter', n: 1, to: home.first.device, box: 'abc', keep: 0 });
	await other.next('taken');
	expect(await owner.next('letter')).toMatchObject({
		from: viewer.device,
		box: 'abc',
		kept: false,
	});

	const camera = await cameraOf(home.first);
	other.say({ t: 'watch', camera, on: true });
	expect(await owner.next('watched')).toEqual({ t: 'watched', camera, devices: [viewer.device] });
	owner.sendPart(camera, true, Buffer.from('sealed'));
	await other.until(() => other.parts.length === 1);
	expect(other.parts[0]!.subarray(18).toString()).toBe('sealed');

	await home.revoke(viewer);
	owner.say({ t: 'append', entries: [base64url(home.entries.at(-1)!)] });
	expect(await other.ended()).toBe(4403);
	owner.close();
});

test.each([
	['another path', '/x', 404],
	['no origin', '/api/socket', 403],
])('RL8 a refused socket (%s) is cut off, whatever the peer does', async (_, path, status) => {
	const { port } = new URL(relay.address);
	const raw = connect({ port: Number(port), host: 'localhost', allowHalfOpen: true });
	let answer = '';
	raw.on('data', (chunk: Buffer) => (answer += chunk.toString()));
	const cut = over(raw);
	raw.write(
		`GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
	);
	// Either a FIN or already a RST.
	await Promise.race([new Promise((ended) => raw.once('end', ended)), cut]);
	expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${String(status)} `));
	// The client keeps its side open; what it still sends goes nowhere.
	const talking = setInterval(() => raw.write('x'), 50);
	await cut;
	clearInterval(talking);
});

test('RL17 two devices meet in a rendezvous', async () => {
	const owner = await arrive(relay.address, home);
	const guest = new TestDevice(relay.address);
	await guest.next('challenge');
	const rid = randomHex();
	owner.say({ t: 'wait', rid, locator: 'ABCDEFGH' });
	owner.say({ t: 'post', rid, box: 'm0' });
	owner.say({ t: 'ping', n: 1 });
	await owner.next('pong');
	guest.say({ t: 'find', version: 1, locator: 'ABCDEFGH' });
	expect(await guest.next('met')).toEqual({ t: 'met', rid });
	expect((await guest.next('post')).box).toBe('m0');
	await owner.next('met');
	guest.say({ t: 'post', rid, box: 'm1' });
	expect((await owner.next('post')).box).toBe('m1');
	owner.close();
	guest.close();
});
