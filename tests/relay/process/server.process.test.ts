/** The server as a user starts it: a process with a command line, an exit code and signals. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
	cpSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { request, type IncomingMessage, type RequestOptions } from 'node:http';
import { createServer, connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { RelayDatabase } from '#relay/storage/database.ts';
import { builtSite } from './site.ts';
import { over } from '../../support/ends.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const app = builtSite();
const rooms = mkdtempSync(join(tmpdir(), 'spy-cam-relay-'));
let room = 0;
const newFolder = (): string => join(rooms, String((room += 1)), 'deep');

interface Run {
	child: ChildProcess;
	/** Its whole output. */
	said(): string;
	/** Its address, once it is listening. */
	address: Promise<string>;
	exit: Promise<number | null>;
}

const running = new Set<ChildProcess>();
afterEach(async () => {
	for (const child of running) {
		child.kill('SIGKILL');
		if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
	}
	running.clear();
});

afterAll(() => {
	for (const folder of [app, rooms]) rmSync(folder, { recursive: true, force: true });
});

function start(args: string[], env: Record<string, string> = {}): Run {
	const child = spawn(process.execPath, ['src/relay/main.ts', ...args], {
		cwd: root,
		env: { PATH: process.env['PATH'], SPYCAM_APP: app, ...env },
	});
	running.add(child);
	let said = '';
	const address = new Promise<string>((resolve) => {
		const hear = (chunk: Buffer): void => {
			said += chunk.toString();
			const found = /^Spy-cam is at (\S+)$/m.exec(said)?.[1];
			if (found) resolve(found);
		};
		child.stdout.on('data', hear);
		child.stderr.on('data', hear);
	});
	const exit = once(child, 'close').then(([code]) => code as number | null);
	return { child, said: () => said, address, exit };
}

async function statusOf(options: RequestOptions): Promise<number> {
	const asked = request(options);
	asked.end();
	const [answer] = (await once(asked, 'response')) as [IncomingMessage];
	answer.resume();
	return answer.statusCode ?? 0;
}

const ended = async (run: Run): Promise<{ code: number | null; said: string }> => ({
	code: await run.exit,
	said: run.said(),
});

const anyPort = (data = newFolder()): string[] => [
	...['--host', 'localhost', '--port', '0', '--data', data],
];

test('it prints its address, answers there, and stops on a signal', async () => {
	const run = start(anyPort());
	const address = await run.address;
	expect(address).toMatch(/^http:\/\/localhost:\d+$/);
	const response = await fetch(address, { signal: AbortSignal.timeout(5_000) });
	expect(response.status).toBe(200);
	const { port } = new URL(address);
	const direct = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(5_000) });
	expect(direct.status).toBe(200);
	run.child.kill('SIGTERM');
	const { code, said } = await ended(run);
	expect(code).toBe(0);
	const lines = said.trim().split('\n');
	expect(lines[0]).toMatch(/^Invitation to .+ http:\/\/localhost:\d+\/#invite\.[\w-]{22}$/);
	expect(lines[1]).toBe('  (good for 24 hours, or until the next start)');
	expect(lines[2]).toMatch(/^Other devices open https:\/\/localhost:\d+$/);
	expect(lines[3]).toBe(
		'Before you trust the certificate on a phone, compare its SHA-256 fingerprint:',
	);
	for (const line of lines.slice(4, 8)) expect(line).toMatch(/^ {2}([0-9A-F]{2} ){7}[0-9A-F]{2}$/);
	expect(lines.slice(8)).toEqual([`Spy-cam is at ${address}`]);
});

test('RL32 RL4 RL5 the trust page shows the terminal’s fingerprint; metrics are for this machine', async () => {
	const data = newFolder();
	const run = start(anyPort(data));
	const address = await run.address;
	const shown = run.said().match(/^ {2}([0-9A-F]{2} ){7}[0-9A-F]{2}$/gm) ?? [];
	const page = await (
		await fetch(`${address}/trust`, { signal: AbortSignal.timeout(5_000) })
	).text();
	expect(shown).toHaveLength(4);
	expect(page).toContain(`<pre>${shown.map((line) => line.trim()).join('\n')}</pre>`);
	const outside = { headers: { 'X-Forwarded-For': '203.0.113.9' } };
	expect((await fetch(`${address}/metrics`, outside)).status).toBe(404);
	const metrics = await (await fetch(`${address}/metrics`)).text();
	for (const name of ['spycam_sockets', 'spycam_store_waiting']) expect(metrics).toContain(name);
	const direct = { socketPath: join(data, 'footage.sock'), path: '/metrics' };
	expect(await statusOf({ ...direct })).toBe(200);
	expect(await statusOf({ ...direct, ...outside })).toBe(404);
	// The folder is private, whatever it was before (RL31).
	expect(statSync(data).mode & 0o777).toBe(0o700);
	const files = ['relay.sqlite', 'relay.sqlite-wal', 'relay.sqlite-shm', 'server.lock'];
	for (const file of [...files, 'footage.sqlite', 'footage.sock'])
		expect([file, statSync(join(data, file)).mode & 0o777]).toEqual([file, 0o600]);
	run.child.kill('SIGTERM');
	await run.exit;
});

test('RL33 RL32 a start replaces the previous start’s invitation; an earlier authority still works, and the terminal says so', async () => {
	const data = newFolder();
	cpSync('tests/fixtures/authority-before', join(data, 'authority'), { recursive: true });
	const said: string[] = [];
	for (let starts = 0; starts < 2; starts += 1) {
		const run = start(anyPort(data));
		await run.address;
		run.child.kill('SIGTERM');
		said.push((await ended(run)).said);
	}
	for (const text of said) expect(text).toContain('was made by an earlier version of Spy-cam');
	const database = new RelayDatabase(join(data, 'relay.sqlite'));
	const hashes = database.invitations(Date.now()).map(({ hash }) => hash);
	database.close();
	const code = /#invite\.([\w-]{22})$/m.exec(said[1] ?? '')?.[1] ?? '';
	expect(hashes).toEqual([createHash('sha256').update(code).digest('hex')]);
});

test('a client that stays connected does not keep it from stopping', async () => {
	const run = start(anyPort());
	const { port } = new URL(await run.address);
	const socket = connect(Number(port), 'localhost');
	const cut = over(socket);
	await once(socket, 'connect');
	socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n');
	const asked = performance.now();
	run.child.kill('SIGINT');
	await cut;
	// Ended by the shutdown (RL3), before its headers would have timed out.
	expect(performance.now() - asked).toBeLessThan(9_500);
	expect((await ended(run)).code).toBe(0);
});

test('help goes to stdout and exits with 0', async () => {
	const run = await ended(start(['--help']));
	expect(run.code).toBe(0);
	expect(run.said).toContain('--port');
});

describe('errors are one sentence, not a stack trace', () => {
	const oneSentence = (said: string): void => {
		expect(said.trim()).not.toContain('\n');
		expect(said).not.toMatch(/at .*:\d+:\d+|Error/);
	};

	test.each([
		['an unknown option', ['--bogus'], {}, '--bogus'],
		['a bad port', ['--port', 'x'], {}, '--port'],
		['a bad variable', [], { PORT: 'x' }, 'PORT'],
	])('%s: exit code 2', async (_name, args, env, words) => {
		const { code, said } = await ended(start(args, env));
		expect(code).toBe(2);
		expect(said).toContain(words);
		oneSentence(said);
	});

	test.each(['127.0.0.1', '::1'])('a port in use on %s: exit code 1', async (host) => {
		const other = createServer().listen(0, host);
		await once(other, 'listening');
		const { port } = other.address() as AddressInfo;
		const { code, said } = await ended(start([...anyPort(), '--port', String(port)]));
		other.close();
		expect(code).toBe(1);
		expect(said).toContain(`Port ${port} is already in use`);
		expect(said).toContain(`--port ${port + 1}`);
		oneSentence(said);
	});

	test('a host that is not this machine: exit code 1', async () => {
		for (const host of ['192.0.2.1', 'no-such-host.invalid']) {
			const { code, said } = await ended(start([...anyPort(), '--host', host]));
			expect(code).toBe(1);
			expect(said).toContain(`"${host}"`);
			oneSentence(said);
		}
	});

	test('RL41 a wrong environment variable is named: exit code 1', async () => {
		const other = createServer().listen(0, '127.0.0.1');
		await once(other, 'listening');
		const { port } = other.address() as AddressInfo;
		const free = ['--port', '0', '--data', newFolder()];
		const local = ['--host', 'localhost', '--data', newFolder()];
		const file = join(rooms, 'variable');
		writeFileSync(file, '');
		for (const [args, env, words] of [
			[free, { HOST: 'x86_64-conda-linux-gnu' }, '(from the variable HOST)'],
			[local, { PORT: String(port) }, `Port ${port} (from the variable PORT) is already in use`],
			[anyPort(file).slice(0, 4), { SPYCAM_DATA: file }, `SPYCAM_DATA says "${file}"`],
			[anyPort(), { SPYCAM_APP: rooms }, `SPYCAM_APP says "${rooms}"`],
		] as const) {
			const { code, said } = await ended(start([...args], env));
			expect([code, said]).toEqual([1, expect.stringContaining(words)]);
			oneSentence(said);
		}
		other.close();
		// A valid HOST is reported as well: it keeps other devices out.
		const run = start(['--port', '0', '--data', newFolder()], { HOST: 'localhost' });
		await run.address;
		expect(run.said()).toContain(
			'(listening on "localhost" only, because the variable HOST is set)',
		);
	});

	test('an HTTPS port in use: exit code 1, and nothing else is left listening', async () => {
		const other = createServer().listen(0, '127.0.0.1');
		await once(other, 'listening');
		const { port } = other.address() as AddressInfo;
		const run = start([...anyPort(), '--https-port', String(port)]);
		const { code, said } = await ended(run);
		other.close();
		expect(code).toBe(1);
		expect(said).toContain(`--https-port ${port + 1}`);
		oneSentence(said);
	});

	test('a wrong setting: exit code 2, before anything has started', async () => {
		const data = newFolder();
		mkdirSync(data, { recursive: true });
		writeFileSync(join(data, 'settings.json'), '{"name":"my cam"}');
		for (const args of [anyPort(data), ['check', ...anyPort(data)]]) {
			const { code, said } = await ended(start(args));
			expect(code).toBe(2);
			expect(said).toContain('name must be');
			oneSentence(said);
		}
		expect(readdirSync(data)).toEqual(['settings.json']);
		writeFileSync(join(data, 'settings.json'), '{"name":"my-cam"}');
		const { code, said } = await ended(start(['check', ...anyPort(data)]));
		expect([code, said]).toEqual([0, 'The settings are valid.\n']);
	});

	test('an invalid database: exit code 1', async () => {
		const data = newFolder();
		mkdirSync(data, { recursive: true });
		writeFileSync(join(data, 'relay.sqlite'), 'x'.repeat(5_000));
		const { code, said } = await ended(start(anyPort(data)));
		expect(code).toBe(1);
		expect(said).toContain('relay.sqlite');
		oneSentence(said);
	});

	test('a damaged authority is not replaced: exit code 1', async () => {
		const data = newFolder();
		const first = start(anyPort(data));
		await first.address;
		first.child.kill('SIGTERM');
		await first.exit;
		writeFileSync(join(data, 'authority', 'authority.crt'), 'nonsense');
		const { code, said } = await ended(start(anyPort(data)));
		expect(code).toBe(1);
		expect(said).toContain('Put the folder back from a backup');
		oneSentence(said);
	});

	test('no built app: exit code 1', async () => {
		const { code, said } = await ended(start(anyPort(), { SPYCAM_APP: rooms }));
		expect(code).toBe(1);
		expect(said).toContain('npm run build');
		oneSentence(said);
	});

	test('a data folder that is a file, or below one: exit code 1', async () => {
		const file = join(rooms, 'file');
		writeFileSync(file, '');
		for (const data of [file, join(file, 'below')]) {
			const { code, said } = await ended(start(anyPort(data)));
			expect(code).toBe(1);
			expect(said).toContain(`${data} as its data folder: it is not a folder`);
			oneSentence(said);
		}
	});

	test('a data folder whose lock cannot be written: exit code 1', async () => {
		const data = newFolder();
		mkdirSync(join(data, 'server.lock'), { recursive: true });
		const { code, said } = await ended(start(anyPort(data)));
		expect(code).toBe(1);
		expect(said).toContain(`${data} as its data folder`);
		oneSentence(said);
	});
});

describe('one server per data folder', () => {
	test('the second is told who holds it; the folder is free again after a stop', async () => {
		const data = newFolder();
		const first = start(anyPort(data));
		await first.address;
		const { code, said } = await ended(start(anyPort(data)));
		expect(code).toBe(1);
		expect(said).toContain(`(process ${String(first.child.pid)})`);
		expect(said).toContain(data);
		first.child.kill('SIGTERM');
		await first.exit;
		await start(anyPort(data)).address;
	});

	test('a killed server leaves its folder free', async () => {
		const data = newFolder();
		const first = start(anyPort(data));
		await first.address;
		first.child.kill('SIGKILL');
		await first.exit;
		expect(await start(anyPort(data)).address).toContain('http://');
	});

	test('of many at once exactly one locks it', async () => {
		const data = newFolder();
		mkdirSync(data, { recursive: true });
		const runs = Array.from({ length: 5 }, () => start(anyPort(data)));
		const outcome = await Promise.all(
			runs.map((run) => Promise.race([run.address.then(() => 'serves'), run.exit])),
		);
		expect(outcome.filter((one) => one === 'serves')).toHaveLength(1);
	});
});

test('slow headers and stalled handshakes are cut off', async () => {
	const run = start(anyPort());
	const { port } = new URL(await run.address);
	const secure = /^Other devices open https:\/\/localhost:(\d+)$/m.exec(run.said())?.[1];
	const slow = [Number(port), Number(secure)].map((at) => connect(at, 'localhost'));
	await Promise.all(slow.map((socket) => once(socket, 'connect')));
	const begun = performance.now();
	const cut = slow.map((socket) => over(socket.resume()));
	const [plain, half] = slow;
	half?.write(Buffer.from([0x16, 0x03, 0x01]));
	plain?.write('GET / HTTP/1.1\r\n');
	const trickle = setInterval(() => plain?.write('X-A: b\r\n'), 1_000);
	await Promise.all(cut);
	clearInterval(trickle);
	// Ten seconds, checked every two; Node's defaults for requests and handshakes are 120.
	expect(performance.now() - begun).toBeLessThan(30_000);
});
