/** What the benches of footage at the relay share: a pack of sealed segments, CPU time, nginx. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { Agent, request, type RequestOptions } from 'node:http';
import { Agent as SecureAgent, request as requestSecurely } from 'node:https';
import { join } from 'node:path';
import { need } from '../../support/programs.ts';

/** Of Linux, since 2.6. */
const TICK_MS = 10;

/** User and system time of a process and its threads, in ms. */
export function cpuMs(pid: number): number {
	const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

export interface Asker {
	/** Resolves to the number of bytes of the answer. Rejects unless it is 200. */
	ask(path: string, body?: Uint8Array): Promise<number>;
	close(): void;
}

/** Asks over a few connections that stay open; nothing of the answers is kept. */
export function askerAt(where: RequestOptions & { ca?: string }, token = ''): Asker {
	const secure = where.protocol === 'https:';
	const agent = secure
		? new SecureAgent({ keepAlive: true, maxSockets: 4 })
		: new Agent({ keepAlive: true, maxSockets: 4 });
	const send = secure ? requestSecurely : request;
	return {
		ask: (path, body) =>
			new Promise((resolve, reject) => {
				const asked = send({
					...{ ...where, agent, path, method: body ? 'POST' : 'GET' },
					headers: {
						...{ Host: 'localhost', Authorization: `Bearer ${token}` },
						...(body ? { 'Content-Length': body.length } : {}),
					},
				});
				asked.once('error', reject);
				asked.once('response', (answer) => {
					let bytes = 0;
					answer.on('data', (chunk: Buffer) => (bytes += chunk.length));
					answer.once('error', reject);
					answer.once('end', () => {
						if (answer.statusCode === 200) resolve(bytes);
						else reject(new Error(`${path}: ${String(answer.statusCode)}`));
					});
				});
				asked.end(body);
			}),
		close: () => agent.destroy(),
	};
}

/** Asks `times` times, `atOnce` at a time; each answer took so many ms. */
export async function repeat(
	times: number,
	atOnce: number,
	ask: (n: number) => Promise<unknown>,
): Promise<number[]> {
	const tookMs: number[] = [];
	let next = 0;
	await Promise.all(
		Array.from({ length: atOnce }, async () => {
			while (next < times) {
				next += 1;
				const begunMs = performance.now();
				await ask(next - 1);
				tookMs.push(performance.now() - begunMs);
			}
		}),
	);
	return tookMs.sort((a, b) => a - b);
}

export const percentile = (sorted: readonly number[], share: number): number =>
	sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

export interface Nginx {
	readonly pids: readonly number[];
	stop(): Promise<void>;
}

/** One worker that serves the files of a folder. `listen`: as in its configuration. */
export async function startNginx(folder: string, root: string, listen: string): Promise<Nginx> {
	const config = `
		${process.getuid?.() === 0 ? 'user root;' : ''} worker_processes 1;
		daemon off; pid ${folder}/pid; error_log stderr; events {}
		http {
			access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
			client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p;
			fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
			server { ${listen} root ${root}; }
		}`;
	writeFileSync(join(folder, 'nginx.conf'), config);
	const args = ['-c', join(folder, 'nginx.conf'), '-p', folder, '-e', 'stderr'];
	const child: ChildProcess = spawn(need('nginx'), args, {
		stdio: ['ignore', 'ignore', 'inherit'],
	});
	const workers = (): number[] =>
		readdirSync(`/proc/${String(child.pid)}/task`).flatMap((task) =>
			readFileSync(`/proc/${String(child.pid)}/task/${task}/children`, 'utf8')
				.split(' ')
				.filter(Boolean)
				.map(Number),
		);
	while (workers().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
	return {
		pids: workers(),
		stop: async () => {
			const ended = once(child, 'exit');
			child.kill('SIGTERM');
			await ended;
		},
	};
}

export const round = (value: number, digits = 2): number => Number(value.toFixed(digits));
