/** The relay as seen by a phone in the same network: two network namespaces and a virtual cable. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { temporaryFolder } from '../../e2e/support/launch.ts';
import { builtSite } from '../process/site.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const [here, there] = [`sc-relay-${process.pid}`, `sc-phone-${process.pid}`];
const ip = (...args: string[]): boolean => spawnSync('ip', args).status === 0;
const relays: ChildProcess[] = [];

afterAll(async () => {
	for (const relay of relays) {
		if (relay.exitCode !== null) continue;
		const exit = once(relay, 'exit');
		relay.kill('SIGTERM');
		await exit;
	}
	for (const name of [here, there]) ip('netns', 'del', name);
});

function network(): boolean {
	if (!ip('netns', 'add', here) || !ip('netns', 'add', there)) return false;
	const pair = ['link', 'add', 'cable0', 'netns', here, 'type', 'veth', 'peer', 'name', 'cable1'];
	return (
		ip(...pair, 'netns', there) &&
		[
			[here, '10.77.0.1/24', 'cable0'],
			[there, '10.77.0.2/24', 'cable1'],
		].every(
			([name = '', address = '', link = '']) =>
				ip('-n', name, 'addr', 'add', address, 'dev', link) &&
				ip('-n', name, 'link', 'set', link, 'up') &&
				ip('-n', name, 'link', 'set', 'lo', 'up') &&
				ip('-n', name, 'route', 'add', 'default', 'dev', link),
		)
	);
}

/** The phone's actions; prints the results as JSON. */
const phone = `
import mdns from 'multicast-dns';
import { request } from 'node:https';
import { readFileSync } from 'node:fs';
const found = await new Promise((resolve, reject) => {
	const ask = mdns();
	const again = setInterval(() => ask.query('garden.local', 'A'), 500);
	setTimeout(() => reject(new Error('no answer')), 20000).unref();
	ask.query('garden.local', 'A');
	ask.on('response', ({ answers }) => {
		const a = answers.find(({ type, name }) => type === 'A' && name === 'garden.local');
		if (a) { clearInterval(again); ask.destroy(); resolve(a.data); }
	});
});
const get = async (url) => {
	const answer = await fetch(url, { signal: AbortSignal.timeout(5000) });
	return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.text() };
};
const http = 'http://' + found + ':' + process.env.HTTP;
const secure = (servername, ca) => new Promise((resolve) => {
	const asked = request({ host: found, port: process.env.HTTPS, path: '/', servername, ca,
		headers: { Host: servername + ':' + process.env.HTTPS } }, (answer) => {
		let body = ''; answer.on('data', (chunk) => (body += chunk)); answer.on('end', () => resolve(answer.statusCode + body));
	});
	asked.on('error', (error) => resolve(error.code)); asked.end();
});
const socket = await new Promise((resolve) => {
	const ws = new WebSocket(http.replace('http', 'ws') + '/api/socket', 'spycam.v1');
	ws.onopen = () => resolve('open'); ws.onerror = () => resolve('refused');
});
const der = Buffer.from(await (await fetch(http + '/trust/spy-cam.crt')).arrayBuffer());
const ca = '-----BEGIN CERTIFICATE-----\\n' + der.toString('base64') + '\\n-----END CERTIFICATE-----\\n';
console.log(JSON.stringify({
	found, socket,
	page: await get(http + '/'), app: await get(http + '/camera'), api: await get(http + '/api/relay'),
	metrics: await get(http + '/metrics'), profile: await get(http + '/trust/spy-cam.mobileconfig'),
	trusted: await secure('garden.local', ca), untrusted: await secure('garden.local'),
	foreign: await secure('bank.example', ca),
}));
`;

interface Told {
	readonly found: string;
	readonly socket: string;
	readonly page: { body: string };
	readonly app: { status: number; body: string };
	readonly api: { status: number };
	readonly metrics: { status: number };
	readonly profile: { type: string; body: string };
	readonly trusted: string;
	readonly untrusted: string;
	readonly foreign: string;
}

/** Starts a relay named garden in a network namespace and waits for its greeting. */
async function startIn(
	place: string,
	data = temporaryFolder(),
): Promise<{ readonly said: string; readonly data: string }> {
	mkdirSync(data, { recursive: true });
	writeFileSync(join(data, 'settings.json'), '{"name":"garden"}');
	const args = ['netns', 'exec', place, process.execPath, 'src/relay/main.ts'];
	const child = spawn('ip', [...args, '--data', data, '--app', builtSite()], { cwd: root });
	relays.push(child);
	let said = '';
	for (const stream of [child.stdout, child.stderr])
		stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
	const deadline = performance.now() + 20_000;
	while (!said.includes('Spy-cam is at')) {
		if (performance.now() > deadline) throw new Error(`the relay did not start: ${said}`);
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	return { said, data };
}

test('RL34 RL35 found by its name, trusted step by step, and only the trust page unencrypted', async ({
	skip,
}) => {
	if (!network()) skip('network namespaces are not permitted here');
	const { said } = await startIn(here);
	expect(said).toContain('Other devices open https://garden.local:8443');
	expect(said).toContain('(http://10.77.0.1:8080/trust shows how to trust it on a phone)');
	const client = spawnSync(
		'ip',
		['netns', 'exec', there, process.execPath, '--input-type=module', '-e', phone],
		{ cwd: root, env: { ...process.env, HTTP: '8080', HTTPS: '8443' }, timeout: 60_000 },
	);
	expect(String(client.stderr)).toBe('');
	const told = JSON.parse(String(client.stdout)) as Told;
	expect(told).toMatchObject({
		...{ found: '10.77.0.1', socket: 'refused', untrusted: 'SELF_SIGNED_CERT_IN_CHAIN' },
		...{ app: { status: 200 }, api: { status: 404 }, metrics: { status: 404 } },
	});
	expect(told.page.body).toContain('href="https://garden.local:8443/"');
	expect(told.app.body).toContain('href="https://garden.local:8443/camera"');
	expect(told.page.body).toContain('href="https://10.77.0.1:8443/"');
	expect(told.profile.type).toBe('application/x-apple-aspen-config');
	expect(told.profile.body).toContain('com.apple.security.root');
	expect(told.trusted).toMatch(/^200.*<title>Spy-cam<\/title>/);
	expect(told.foreign).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
});

test('RL39 RL40 a second relay in the network uses another name, reports it and has a certificate for it', async ({
	skip,
}) => {
	if (relays.length === 0) skip('network namespaces are not permitted here');
	const { said, data } = await startIn(there);
	const greeted =
		'Something else in this network is garden.local, so this Spy-cam is garden-2.local.';
	expect(said.split('\n')[0]).toBe(`${greeted} Other devices open https://garden-2.local:8443`);
	expect(said).toContain('\nOther devices open https://garden-2.local:8443\n');
	expect(said).not.toMatch(/Error|\n {4}at /);
	const leaf = new X509Certificate(readFileSync(join(data, 'authority', 'leaf.crt')));
	expect(leaf.checkHost('garden-2.local')).toBe('garden-2.local');
	const ask = `fetch('http://10.77.0.2:8080/trust').then((r) => r.text()).then(console.log)`;
	const asked = spawnSync('ip', ['netns', 'exec', here, process.execPath, '-e', ask]);
	expect(String(asked.stdout)).toContain('https://garden-2.local:8443');
	const [first, second] = relays;
	for (const relay of [first, second]) {
		const exit = once(relay!, 'exit');
		relay!.kill('SIGTERM');
		await exit;
	}
	// It is alone now, but its devices know it by that name.
	const again = await startIn(there, data);
	expect(again.said).toContain('\nOther devices open https://garden-2.local:8443\n');
	expect(again.said).not.toContain('garden.local');
});

test('RL40 another program holding the mDNS port costs the name, not the relay', async ({
	skip,
}) => {
	if (relays.length === 0) skip('network namespaces are not permitted here');
	const hold = `import dgram from 'node:dgram';
		dgram.createSocket('udp4').bind(5353, () => console.log('held'));`;
	const args = ['netns', 'exec', here, process.execPath, '--input-type=module', '-e', hold];
	const holder = spawn('ip', args);
	relays.push(holder);
	await once(holder.stdout, 'data');
	const { said } = await startIn(here);
	expect(said).toContain('cannot announce the name by mDNS');
	expect(said).not.toMatch(/\n {4}at /);
	expect(relays.at(-1)?.exitCode).toBeNull();
});
