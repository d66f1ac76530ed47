/** The process `store` alone, as the supervisor starts it, and questions over its socket. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { request, type Agent, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DeviceId, HomeId } from '#domain/base/ids.ts';
import { footagePlaceOf } from '#relay/config/footage-place.ts';
import { readSettings } from '#relay/config/settings.ts';
import { makeToken } from '#relay/http/token.ts';
import type { TestHome } from '../../relay-core/test-device.ts';

const tokenKey = new Uint8Array(32).fill(7);

export interface StoreProcess {
	readonly pid: number;
	readonly socketPath: string;
	/** SIGKILL: no chance to clean up. */
	kill(): Promise<void>;
}

export interface StoreAnswer {
	readonly status: number;
	readonly body: Buffer;
}

/** Resolves when it answers for footage. */
export async function startStore(data: string, homes: readonly TestHome[]): Promise<StoreProcess> {
	const child = fork(fileURLToPath(new URL('../../../src/relay/store.ts', import.meta.url)), [], {
		serialization: 'advanced',
	});
	const read = readSettings(null, { data, app: undefined, settings: {}, variables: {} });
	if (read.kind === 'wrong') throw new Error(read.sentences.join());
	const footage = footagePlaceOf(data, read.settings);
	child.send({
		...{ t: 'begin', file: join(data, 'relay.sqlite'), settings: read.settings },
		...{ tokenKey, footage, homes: homes.map(({ id, entries }) => ({ home: id, entries })) },
	});
	await listening(child);
	for (;;) {
		const { status } = await askStore(footage.socket, '/api/footage/x', {
			token: tokenFor(homes[0]!.id, homes[0]!.first.device),
		});
		if (status !== 503) break;
	}
	return {
		...{ pid: child.pid ?? 0, socketPath: footage.socket },
		kill: async () => {
			const ended = once(child, 'exit');
			child.kill('SIGKILL');
			await ended;
		},
	};
}

async function listening(child: ChildProcess): Promise<void> {
	for (;;) {
		const [message] = (await once(child, 'message')) as [{ t: string; sentence?: string }];
		if (message.t === 'listening') return;
		if (message.t === 'failed') throw new Error(message.sentence);
	}
}

export function tokenFor(home: HomeId, device: DeviceId): string {
	return makeToken(tokenKey, { home, device, untilMs: Date.now() + 3_600_000 });
}

interface StoreQuestion {
	readonly token: string;
	/** Posted; without, it is a GET. */
	readonly body?: Uint8Array;
	readonly agent?: Agent;
}

/** Rejects when the process ends meanwhile. */
export function askStore(
	socketPath: string,
	path: string,
	{ token, body, agent }: StoreQuestion,
): Promise<StoreAnswer> {
	return new Promise((resolve, reject) => {
		const asked = request({
			...{ socketPath, path, method: body ? 'POST' : 'GET' },
			...(agent ? { agent } : {}),
			headers: {
				Authorization: `Bearer ${token}`,
				...(body ? { 'Content-Length': body.length } : {}),
			},
		});
		asked.once('error', reject);
		asked.once('response', (answer: IncomingMessage) => {
			const chunks: Buffer[] = [];
			answer.on('data', (chunk: Buffer) => chunks.push(chunk));
			answer.once('error', reject);
			answer.once('end', () =>
				resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks) }),
			);
		});
		asked.end(body);
	});
}
