/** Secrets appear in no log line and on no disk of the relay (T1). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../e2e/support/launch.ts';
import { arrive, cameraOf, TestDevice, TestHome } from '../../relay-core/test-device.ts';
import { relayWith } from '../config/settings-file.ts';

const MARKER = 'thisWasSaidInConfidence0123456789';

test('no token, invitation, message or picture is stored or logged', async () => {
	const secret = 'a-secret-shared-with-coturn';
	const data = temporaryFolder();
	const ice = { urls: ['turn:turn.example.org'], secret };
	const relay = await relayWith({ log: 'debug', ice }, data);
	const home = await TestHome.found();
	const keys = await home.add(['viewer']);
	const device = new TestDevice(relay.address);
	const invitation = relay.invitation ?? '';
	await device.open(home, invitation);
	await device.prove(home.id, home.first);
	const { token, ice: servers } = await device.next('welcome');
	const password = servers[0]?.credential ?? '';
	const viewer = await arrive(relay.address, home, keys);
	device.say({ t: 'letter', n: 1, to: keys.device, box: MARKER, keep: 0 });
	await viewer.next('letter');
	const camera = await cameraOf(home.first);
	viewer.say({ t: 'watch', camera, on: true });
	await device.next('watched');
	device.sendPart(camera, true, Buffer.from(MARKER));
	await viewer.until(() => viewer.parts.length === 1);
	const headers = { Authorization: `Bearer ${token}` };
	const soon = () => AbortSignal.timeout(20_000);
	const asked = await fetch(`${relay.address}/api/home?x=${token}`, { headers, signal: soon() });
	expect(await asked.json()).toMatchObject({ home: home.id, rosterSeq: 2 });
	viewer.ws.send(`{"t":"nonsense","box":"${MARKER}"}`);
	await viewer.ended();
	const bad = new TestDevice(relay.address);
	await bad.next('challenge');
	bad.say({ t: 'open', version: 1, invitation: MARKER, roster: [] });
	await bad.ended();
	const metrics = await (await fetch(`${relay.address}/metrics`, { signal: soon() })).text();
	device.close();
	await relay.stop();

	// The greeting is for the user at the terminal; everything after it is log.
	const log = relay
		.said()
		.split('\n')
		.filter((line) => !line.startsWith('Invitation'));
	expect(log.filter((line) => line.startsWith('{')).length).toBeGreaterThan(3);
	const key = readFileSync(join(data, 'authority', 'authority.key'), 'utf8').split('\n')[1]!;
	const files = readdirSync(data, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && !/\.key$|^settings/.test(entry.name))
		.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
	const everything = [...log, ...files, metrics].join('\n');
	const secrets = { MARKER, token, invitation, password, secret, key };
	for (const [name, value] of Object.entries(secrets)) {
		expect(value.length, name).toBeGreaterThan(15);
		expect(everything.includes(value), name).toBe(false);
	}
	// Positive control: what may be there is found.
	expect(everything).toContain(home.id);
});

test('RL11 a token is invalid once its device is no longer a member', async () => {
	const relay = await relayWith({});
	const home = await TestHome.found();
	const keys = await home.add(['viewer']);
	const owner = new TestDevice(relay.address);
	await owner.open(home, relay.invitation ?? '');
	await owner.prove(home.id, home.first);
	await owner.next('welcome');
	const viewer = new TestDevice(relay.address);
	await viewer.prove(home.id, keys);
	const { token } = await viewer.next('welcome');
	const ask = async (): Promise<number> => {
		const headers = { Authorization: `Bearer ${token}` };
		const signal = AbortSignal.timeout(5_000);
		return (await fetch(`${relay.address}/api/home`, { headers, signal })).status;
	};
	expect(await ask()).toBe(200);
	await home.revoke(keys);
	const entry = Buffer.from(home.entries.at(-1)!).toString('base64url');
	owner.say({ t: 'append', entries: [entry] });
	await owner.next('appended');
	expect(await ask()).toBe(401);
	expect(await viewer.ended()).toBe(4403);
	const again = new TestDevice(relay.address);
	await again.prove(home.id, keys);
	expect((await again.next('refused')).why).toBe('not-a-member');
	owner.close();
	await relay.stop();
});
