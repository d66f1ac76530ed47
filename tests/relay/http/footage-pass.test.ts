/** What `live` does with requests for footage, with real sockets and short limits. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import {
	createServer,
	request,
	type ClientRequest,
	type IncomingMessage,
	type RequestListener,
	type Server,
} from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DeviceId, HomeId } from '#domain/base/ids.ts';
import { FootagePass } from '#relay/http/footage-pass.ts';
import { isForFootage } from '#relay/http/footage-request.ts';
import { listen, type Listener } from '#relay/http/listener.ts';
import { PACE, type PaceLimits } from '#relay/http/request-pace.ts';
import { SLOTS, type SlotLimits } from '#relay/http/request-slots.ts';

const MIB = 2 ** 20;
const CAMERA = 'c'.repeat(32);
const PATH = `/api/footage/${CAMERA}/1`;

let folder: string;
let store: Server;
let listener: Listener;
let pass: FootagePass;
/** What the other process does with a request. */
let answering: RequestListener;
let heard: IncomingMessage[];

async function begin(pace: Partial<PaceLimits> = {}, slots: Partial<SlotLimits> = {}) {
	folder = mkdtempSync(join(tmpdir(), 'spy-cam-pass-'));
	heard = [];
	store = createServer((asked, answer) => {
		heard.push(asked);
		answering(asked, answer);
	});
	const socketPath = join(folder, 's');
	store.listen(socketPath);
	await once(store, 'listening');
	pass = new FootagePass({
		socketPath,
		claimsOf: (token) =>
			token === ''
				? null
				: { home: token.slice(0, 1) as HomeId, device: token as DeviceId, untilMs: 1 },
		...{ pace: { ...PACE, ...pace }, slots: { ...SLOTS, ...slots } },
	});
	listener = await listen(
		{
			answer: () => new Response('of the app'),
			stream: (asked, answer) => {
				if (!isForFootage(asked)) return false;
				pass.pass(asked, answer, { 'X-Added': 'yes' });
				return true;
			},
		},
		...(['127.0.0.1', 0] as const),
	);
}

beforeEach(() => {
	answering = (asked, answer) => {
		asked.resume().once('end', () => answer.end(`${String(asked.method)} ${String(asked.url)}`));
	};
});
afterEach(async () => {
	store.closeAllConnections();
	store.close();
	pass.close();
	await listener.close(0);
	rmSync(folder, { recursive: true, force: true });
});

interface Asking {
	readonly method?: string;
	readonly headers?: Readonly<Record<string, string | number>>;
}

function ask(path: string, options: Asking = {}): ClientRequest {
	const { method = 'GET', headers = {} } = options;
	const asked = request({
		...{ host: '127.0.0.1', port: listener.port, path, method },
		headers: { Authorization: 'Bearer a1', ...headers },
	});
	asked.on('error', () => undefined);
	return asked;
}

const upload = (length: number, token = 'a1'): ClientRequest => {
	const headers = { Authorization: `Bearer ${token}`, 'Content-Length': length };
	const asked = ask(PATH, { method: 'POST', headers });
	asked.flushHeaders();
	return asked;
};

const answerTo = async (asked: ClientRequest): Promise<IncomingMessage> =>
	((await once(asked, 'response')) as [IncomingMessage])[0];

/** Status and text; `null`: the connection was closed without an answer, or within it. */
async function endOf(asked: ClientRequest): Promise<readonly [number, string] | null> {
	return new Promise((resolve) => {
		asked.once('close', () => resolve(null));
		asked.once('response', (answer) => {
			let text = '';
			answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
			answer.once('end', () => resolve([answer.statusCode ?? 0, text]));
			answer.on('error', () => resolve(null));
		});
	});
}

const send = (path: string, options?: Asking): ClientRequest => {
	const asked = ask(path, options);
	asked.end();
	return asked;
};

describe('footage through live', () => {
	test('SY12 passes on what footage needs, and nothing that concerns one connection only', async () => {
		await begin();
		answering = (_, answer) => {
			answer.writeHead(206, { ETag: '"1"', 'X-Secret': '1', Upgrade: 'x', 'Retry-After': '7' });
			answer.end('bytes');
		};
		const headers = { Authorization: 'Bearer a1', Cookie: 'c', 'X-Forwarded-For': '1.2.3.4' };
		const answer = await answerTo(send(`${PATH}/0-9?a=1`, { headers }));
		expect(answer.statusCode).toBe(206);
		expect(answer.headers).toMatchObject({ etag: '"1"', 'retry-after': '7', 'x-added': 'yes' });
		expect(Object.keys(answer.headers)).not.toEqual(
			expect.arrayContaining([expect.stringMatching(/^(x-secret|upgrade)$/)]),
		);
		answer.resume();
		expect(heard[0]?.url).toBe(`${PATH}/0-9?a=1`);
		expect(Object.keys(heard[0]?.headers ?? {}).sort()).toEqual([
			...['authorization', 'connection', 'host'],
		]);
	});

	test.each([
		`/api/footage/../../metrics`,
		`/api/footage/%2e%2e/%2e%2e/metrics`,
		`/api/footage/..%2fmetrics`,
		`/api/footage/a/./b`,
		`/api/footage/a?b=../c`,
		`/api/footage/a%00b`,
		`/api/footage/${'a'.repeat(300)}`,
	])('SY12 no path leads past footage: %s', async (path) => {
		await begin();
		expect(await endOf(send(path))).toEqual([404, '{"wrong":"not-found"}']);
		expect(heard).toEqual([]);
	});

	test('SY12 what does not begin like footage is the app’s', async () => {
		await begin();
		for (const path of ['/api/x/../footage/a', '//api/footage/a', '/api/footage'])
			expect(await endOf(send(path))).toEqual([200, 'of the app']);
		expect(heard).toEqual([]);
	});

	test('SY14 without a token, too long, or of unknown length: refused before store hears of it', async () => {
		await begin();
		expect((await endOf(send(PATH, { headers: { Authorization: '' } })))?.[0]).toBe(401);
		const long = upload(16 * MIB + 1);
		expect((await endOf(long))?.[0]).toBe(413);
		long.destroy();
		const endless = ask(PATH, { method: 'POST' });
		endless.write('x');
		expect((await endOf(endless))?.[0]).toBe(413);
		endless.destroy();
		expect((await endOf(send(PATH, { method: 'PUT' })))?.[0]).toBe(405);
		expect(heard).toEqual([]);
	});

	test('SY14 a device, a home and all together have so many requests under way', async () => {
		await begin({}, { inAll: 4, ofHome: 3, ofDevice: 2 });
		answering = () => undefined;
		const by = (token: string) => send(PATH, { headers: { Authorization: `Bearer ${token}` } });
		const held = [by('a1'), by('a1'), by('a2')];
		await expect.poll(() => heard.length).toBe(3);
		for (const token of ['a1', 'a3']) {
			const answer = await answerTo(by(token));
			expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '2']);
			answer.resume();
		}
		held.push(by('b1'));
		await expect.poll(() => heard.length).toBe(4);
		expect((await endOf(by('c1')))?.[0]).toBe(503);
		for (const one of held) one.destroy();
		await expect.poll(() => pass.underWay).toBe(0);
		await expect.poll(() => heard.every((one) => one.destroyed)).toBe(true);
	});

	test('SY13 a body that trickles is refused, one that is fast enough is not', async () => {
		await begin({ windowMs: 60, bodyBytes: 100 });
		const trickling = upload(MIB);
		const slow = setInterval(() => trickling.write('x'), 10);
		expect((await endOf(trickling))?.[0]).toBe(408);
		clearInterval(slow);
		trickling.destroy();
		const steady = upload(3_000);
		let sent = 0;
		const sending = setInterval(() => {
			if (sent < 3_000) steady.write('y'.repeat(100));
			else steady.end();
			sent += 100;
		}, 10);
		expect((await endOf(steady))?.[0]).toBe(200);
		clearInterval(sending);
	});

	test('SY13 a body may take so long, however fast it comes', async () => {
		await begin({ bodyMs: 100, windowMs: 40 });
		const steady = upload(16 * MIB);
		const sending = setInterval(() => steady.write(Buffer.alloc(20_000)), 10);
		expect((await endOf(steady))?.[0]).toBe(408);
		clearInterval(sending);
		steady.destroy();
	});

	test('SY12 while store takes nothing of a body, no more is read of it', async () => {
		await begin();
		answering = (asked) => asked.pause();
		const asked = upload(16 * MIB);
		asked.end(Buffer.alloc(16 * MIB));
		await expect.poll(() => heard.length).toBe(1);
		const socket = asked.socket!;
		let before = -1;
		await expect
			.poll(() => {
				const same = socket.writableLength === before;
				before = socket.writableLength;
				return same;
			})
			.toBe(true);
		// What the kernel holds between three sockets has left; most has not.
		expect(before).toBeGreaterThan(8 * MIB);
		heard[0]!.resume().once('end', () => heard[0]!.socket.end('HTTP/1.1 204 OK\r\n\r\n'));
		expect((await endOf(asked))?.[0]).toBe(204);
	});

	test('SY13 store takes nothing of a body for long: 504', async () => {
		await begin({ waitMs: 60, windowMs: 40 });
		answering = (asked) => asked.pause();
		const asked = upload(16 * MIB);
		asked.end(Buffer.alloc(16 * MIB));
		expect(await endOf(asked)).toEqual([504, '{"wrong":"store"}']);
	});

	test('SY13 store says nothing: 504 in time', async () => {
		await begin({ waitMs: 50, windowMs: 40 });
		answering = () => undefined;
		expect(await endOf(send(PATH))).toEqual([504, '{"wrong":"store"}']);
		await expect.poll(() => heard[0]?.destroyed).toBe(true);
	});

	test('SY13 store is gone: 503 at once; in the middle of an answer: cut off there', async () => {
		await begin();
		answering = (_, answer) => {
			answer.writeHead(200, { 'Content-Length': 1000 });
			answer.write('half', () => answer.destroy());
		};
		expect(await endOf(send(PATH))).toBeNull();
		store.closeAllConnections();
		store.close();
		await once(store, 'close');
		expect(await endOf(send(PATH))).toEqual([503, '{"wrong":"store"}']);
		const asked = upload(4);
		asked.end('body');
		expect(await endOf(asked)).toEqual([503, '{"wrong":"store"}']);
	});

	test('SY13 an answer that nobody reads is cut off', async () => {
		await begin({ windowMs: 80 });
		answering = (_, answer) => answer.end(Buffer.alloc(64 * MIB));
		const asked = send(PATH);
		const answer = await answerTo(asked);
		answer.pause();
		await expect.poll(() => pass.underWay).toBe(0);
		asked.destroy();
	});

	test('SY13 a reader that leaves ends the request at store, too', async () => {
		await begin();
		answering = (_, answer) => answer.end(Buffer.alloc(64 * MIB));
		const asked = send(PATH);
		await answerTo(asked);
		asked.destroy();
		await expect.poll(() => pass.underWay).toBe(0);
		await expect.poll(() => heard[0]?.socket.destroyed).toBe(true);
	});
});
