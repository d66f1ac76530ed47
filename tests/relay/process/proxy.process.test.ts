/** The guide's nginx example, verbatim, in front of the relay. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { SOCKET_PATH, SUBPROTOCOL } from '#protocol/wire.ts';
import { startRelay, temporaryFolder, type Relay } from '../../e2e/support/launch.ts';
import { pathOf } from '../../support/programs.ts';
import { builtSite } from './site.ts';

const NAME = 'cam.example.org';
const guide = readFileSync('docs/guide/relay.md', 'utf8');
const example = /^nginx needs .*?^```\n(.*?)^```/ms.exec(guide)?.[1] ?? 'none';
const folders: string[] = [];
const relays: Relay[] = [];
const proxies: ChildProcess[] = [];

afterAll(async () => {
	for (const proxy of proxies) {
		const exit = once(proxy, 'exit');
		proxy.kill('SIGTERM');
		await exit;
	}
	for (const relay of relays) await relay.stop();
	for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	return port;
}

/** Starts a relay with nginx in front; returns nginx's port. */
async function behind(location: string, withPort: boolean): Promise<number> {
	const [data, folder] = [temporaryFolder(), temporaryFolder()];
	folders.push(data, folder);
	const port = await freePort();
	mkdirSync(data, { recursive: true });
	const shown = withPort ? `${NAME}:${port}` : NAME;
	const settings = { public: shown, proxies: ['127.0.0.1', '::1'] };
	writeFileSync(join(data, 'settings.json'), JSON.stringify(settings));
	const relay = await startRelay({ data, env: { SPYCAM_APP: builtSite() } });
	relays.push(relay);
	const { port: http } = new URL(relay.address);
	const config = `
		daemon off; pid ${folder}/pid; error_log stderr; events {}
		http {
			access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
			fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
			server {
				listen 127.0.0.1:${port} ssl; server_name ${NAME};
				ssl_certificate ${data}/authority/leaf.crt; ssl_certificate_key ${data}/authority/leaf.key;
				${location.replace('127.0.0.1:8080', `127.0.0.1:${http}`)}
			}
		}`;
	writeFileSync(join(folder, 'nginx.conf'), config);
	const args = ['-c', join(folder, 'nginx.conf'), '-p', folder, '-e', 'stderr'];
	proxies.push(spawn(pathOf('nginx') ?? 'nginx', args, { stdio: 'ignore' }));
	return port;
}

const asked = { host: '127.0.0.1', rejectUnauthorized: false };

async function statusOf(port: number): Promise<number | string> {
	const headers = { Host: `${NAME}:${port}` };
	return new Promise((resolve) => {
		const request = get({ ...asked, port, path: '/api/relay', headers }, (answer) => {
			answer.resume();
			resolve(answer.statusCode ?? 0);
		});
		request.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'failed'));
	});
}

/** The first frame on a socket that a page at that address opens. */
async function heard(port: number): Promise<string> {
	const socket = new WebSocket(`wss://127.0.0.1:${port}${SOCKET_PATH}`, SUBPROTOCOL, {
		...asked,
		origin: `https://${NAME}:${port}`,
		headers: { Host: `${NAME}:${port}` },
	});
	const said = await new Promise<string>((resolve) => {
		socket.once('message', (data: Buffer) => resolve(String(data)));
		socket.once('error', (error) => resolve(error.message));
	});
	socket.terminate();
	return said;
}

test.for([
	['as in the guide', example, false],
	['without the port in Host but in the settings', example.replace('$http_host', '$host'), true],
] as const)(
	'RL42 nginx on a port other than 443, %s: pages and sockets work',
	async ([, location, withPort], { skip }) => {
		if (!pathOf('nginx')) skip('nginx is not installed');
		const port = await behind(location, withPort);
		await expect.poll(() => statusOf(port), { timeout: 20_000 }).toBe(200);
		expect(JSON.parse(await heard(port))).toMatchObject({ t: 'challenge' });
		const shown = withPort ? `${NAME}:${port}` : NAME;
		expect(relays.at(-1)?.said()).toContain(`Other devices open https://${shown}\n`);
	},
);
