/** `store` over its socket: who is let in, what is held, what is cut. */
import { once } from 'node:events';
import { linkSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request, type ClientRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Bytes } from '#domain/base/bytes.ts';
import type { DeviceId, HomeId } from '#domain/base/ids.ts';
import { footagePlaceOf } from '#relay/config/footage-place.ts';
import { StoreServer } from '#relay/footage/store-server.ts';
import { listenAt } from '#relay/http/unix-socket.ts';

const MIB = 2 ** 20;
let folder: string;
let path: string;
let server: StoreServer;
let answering: (request: Request, body?: Bytes) => Response | Promise<Response>;
beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), 'spy-cam-store-'));
	path = join(folder, 's');
	answering = (_, body) => new Response(`got ${String(body?.length)}`);
	server = new StoreServer({
		answer: (...asked) => answering(...asked),
		claimsOf: (token) =>
			token === ''
				? null
				: { home: token.slice(0, 1) as HomeId, device: token as DeviceId, untilMs: 1 },
	});
	await server.listen(path, null);
});
afterEach(async () => {
	await server.close();
	rmSync(folder, { recursive: true, force: true });
});

function post(length: number, token = 'a1'): ClientRequest {
	const headers = { Authorization: `Bearer ${token}`, 'Content-Length': length };
	const asked = request({ socketPath: path, path: '/api/footage/x', method: 'POST', headers });
	asked.on('error', () => undefined);
	asked.flushHeaders();
	return asked;
}

function get(token = 'a1'): ClientRequest {
	const headers = { Authorization: `Bearer ${token}` };
	const asked = request({ socketPath: path, path: '/api/footage/x', headers });
	asked.on('error', () => undefined);
	asked.end();
	return asked;
}

async function statusOf(asked: ClientRequest): Promise<number | null> {
	return new Promise((resolve) => {
		asked.once('response', (answer: IncomingMessage) => {
			answer.resume();
			resolve(answer.statusCode ?? 0);
		});
		asked.once('close', () => resolve(null));
	});
}

describe('store over its socket', () => {
	test('SY14 a body is taken whole, and refused before it is read when it may not be', async () => {
		const good = post(5);
		good.end('12345');
		expect(await statusOf(good)).toBe(200);
		for (const [asked, status] of [
			[post(16 * MIB + 1), 413],
			[post(5, ''), 401],
		] as const) {
			expect(await statusOf(asked)).toBe(status);
			asked.destroy();
		}
	});

	test('SY14 four whole bodies are in memory at most, announced ones too', async () => {
		const held = [0, 1, 2, 3].map((n) => post(16 * MIB, `a${String(n)}`));
		await expect.poll(() => server.underWay).toBe(4);
		const more = post(1, 'b');
		expect(await statusOf(more)).toBe(503);
		for (const one of [...held, more]) one.destroy();
		await expect.poll(() => server.underWay).toBe(0);
		const again = post(1, 'b');
		again.end('x');
		expect(await statusOf(again)).toBe(200);
	});

	test('RL11 what a revoked device has under way is cut: an upload, a request, a download', async () => {
		const bystander = post(MIB, 'a2');
		const upload = post(MIB);
		await expect.poll(() => server.underWay).toBe(2);
		const { promise: never } = Promise.withResolvers<Response>();
		answering = () => never;
		const waiting = get();
		await expect.poll(() => server.underWay).toBe(3);
		answering = () => new Response(new Uint8Array(64 * MIB));
		const download = get();
		const [answer] = (await once(download, 'response')) as [IncomingMessage];
		answer.pause().on('error', () => undefined);
		server.cut('b' as HomeId, () => true);
		expect(server.underWay).toBe(4);
		server.cut('a' as HomeId, ({ device }) => device === 'a1');
		expect(await statusOf(upload)).toBe(401);
		expect(await statusOf(waiting)).toBeNull();
		answer.resume();
		await new Promise((done) => answer.once('close', done));
		expect(answer.complete).toBe(false);
		answering = () => new Response('ok');
		bystander.end(Buffer.alloc(MIB));
		expect(await statusOf(bystander)).toBe(200);
		upload.destroy();
	});
});

describe('the socket', () => {
	const other = () => createServer();

	test('SY15 is for this account, and takes the place of one that nobody answers at', async () => {
		expect(statSync(path).mode & 0o777).toBe(0o600);
		const [dead, second] = [other(), other()];
		const at = join(folder, 'dead');
		await listenAt(dead, at, null);
		// As a crash leaves it: a hard link keeps the socket when its server closes.
		linkSync(at, `${at}.kept`);
		dead.close();
		await once(dead, 'close');
		renameSync(`${at}.kept`, at);
		await listenAt(second, at, process.getgid?.() ?? null);
		expect(statSync(at).mode & 0o777).toBe(0o660);
		second.close();
	});

	test('SY15 does not replace one that answers, nor a file, and says what to do with a long path', async () => {
		await expect(listenAt(other(), path, null)).rejects.toThrow('Another process answers');
		const file = join(folder, 'file');
		writeFileSync(file, 'mine');
		await expect(listenAt(other(), file, null)).rejects.toThrow('is no socket');
		const long = `/tmp/${'x'.repeat(120)}`;
		await expect(listenAt(other(), long, null)).rejects.toThrow('shorter one as footageSocket');
		await expect(listenAt(other(), join(folder, 'no', 's'), null)).rejects.toThrow('cannot make');
	});

	test('SY15 a group by name or number, and a path that it can reach', () => {
		const groups = join(folder, 'groups');
		writeFileSync(groups, 'root:x:0:\nwww-data:x:33:\n');
		const place = (footageSocket: string | null, footageGroup: string | number | null) =>
			footagePlaceOf('/srv/data', { footageSocket, footageGroup, footageCapGB: 2 }, groups);
		expect(place(null, null)).toMatchObject({ socket: '/srv/data/footage.sock', gid: null });
		expect(place('/run/s', 'www-data')).toMatchObject({ socket: '/run/s', gid: 33 });
		expect(place('/run/s', 7)).toMatchObject({ gid: 7, capBytes: 2e9 });
		expect(() => place('/run/s', 'nobody-here')).toThrow('no group "nobody-here"');
		expect(() => place(null, 33)).toThrow('closed to all others');
		expect(() => place('/srv/data/x', 33)).toThrow('/run/spy-cam/footage.sock');
	});
});
