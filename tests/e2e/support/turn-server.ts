import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { need } from '../../support/programs.ts';
import { temporaryFolder } from './launch.ts';

export interface TurnServer {
	/** The value of `ice` in a relay's settings.json. */
	readonly ice: { readonly urls: readonly string[]; readonly secret: string };
	stop(): Promise<void>;
}

/**
 * No UDP except through a proxy, and there is none: only TURN over TCP remains. Loopback counts as
 * a network.
 */
export const NO_UDP_ARGS = [
	'--webrtc-ip-handling-policy=disable_non_proxied_udp',
	'--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
];
export const ALLOW_LOOPBACK_ARG = '--allow-loopback-in-peer-connection';

/**
 * The real coturn on loopback, with passwords by the TURN REST API as an operator would configure
 * it.
 */
export async function startTurnServer(): Promise<TurnServer> {
	const port = await freePort();
	const secret = 'a secret of this test only';
	const folder = temporaryFolder();
	const file = join(folder, 'turnserver.conf');
	writeFileSync(
		file,
		[
			...[`listening-port=${port}`, 'listening-ip=127.0.0.1', 'relay-ip=127.0.0.1'],
			...['min-port=50000', 'max-port=50100', 'realm=home.test', 'fingerprint'],
			...['use-auth-secret', `static-auth-secret=${secret}`, 'allow-loopback-peers'],
			...['no-tls', 'no-dtls', 'no-cli', 'log-file=stdout', 'simple-log'],
			...[`userdb=${join(folder, 'turn.db')}`, `pidfile=${join(folder, 'turn.pid')}`, ''],
		].join('\n'),
	);
	const child = spawn(need('turnserver'), ['-c', file], { stdio: ['ignore', 'pipe', 'pipe'] });
	await listening(port);
	return {
		ice: { urls: [`turn:127.0.0.1:${port}?transport=tcp`], secret },
		stop: async () => {
			const ended = once(child, 'exit');
			child.kill('SIGKILL');
			await ended;
		},
	};
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	server.close();
	await once(server, 'close');
	if (address === null || typeof address === 'string')
		throw new Error('no free port for turnserver');
	return address.port;
}

async function listening(port: number): Promise<void> {
	const { connect } = await import('node:net');
	const deadline = Date.now() + 10_000;
	for (;;) {
		const socket = connect(port, '127.0.0.1');
		const open = await Promise.race([
			once(socket, 'connect').then(
				() => true,
				() => false,
			),
		]);
		socket.destroy();
		if (open) return;
		if (Date.now() > deadline) throw new Error('turnserver did not listen within 10 s');
		await new Promise((wait) => setTimeout(wait, 50));
	}
}
