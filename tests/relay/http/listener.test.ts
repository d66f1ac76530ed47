/** Connection deadlines with real sockets (RL28). */
import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectSecure } from 'node:tls';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeAuthority, makeLeaf, type KeyedCertificate } from '#relay/tls/authority.ts';
import { listen, type ListenerTimeouts } from '#relay/http/listener.ts';

/** More than all buffers between two sockets hold. */
const LARGE = new Uint8Array(32 * 1024 * 1024);
const HELLO = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';

let leaf: KeyedCertificate;
beforeAll(async () => {
	leaf = await makeLeaf(await makeAuthority(['localhost'], Date.now()), ['localhost'], Date.now());
});

async function asking(
	secure: boolean,
	patience: ListenerTimeouts,
	hello: string,
	body = LARGE,
): Promise<{
	socket: Socket;
	closed: Promise<unknown>;
	/** Resolves when the server's side has closed. */
	ended: Promise<unknown>;
	close: () => Promise<void>;
}> {
	const tls = secure ? leaf : null;
	const { promise: ended, resolve } = Promise.withResolvers<null>();
	const behind = {
		answer: () => new Response(body),
		admit: (there: Socket) => {
			there.once('close', () => resolve(null));
			return true;
		},
	};
	const listener = await listen(behind, '127.0.0.1', 0, tls, '--port', {}, patience);
	const { port } = listener;
	const socket = secure
		? connectSecure({ host: '127.0.0.1', port, rejectUnauthorized: false })
		: connectPlain(port, '127.0.0.1');
	socket.on('error', () => undefined);
	const closed = once(socket, 'close');
	await once(socket, secure ? 'secureConnect' : 'connect');
	socket.write(hello);
	return { socket, closed, ended, close: () => listener.close(0) };
}

describe.each([
	['HTTP', false],
	['HTTPS', true],
])('RL28 %s', (_name, secure) => {
	test('closes a connection whose response nobody reads', async () => {
		const patience = { requestMs: 60_000, idleMs: 100, answerMs: 60_000, kibMs: 0 };
		const { socket, ended, close } = await asking(secure, patience, HELLO);
		await ended;
		socket.destroy();
		await close();
	});

	test('closes one whose response is read in a trickle', async () => {
		const { socket, closed, close } = await asking(
			secure,
			{ requestMs: 60_000, idleMs: 60_000, answerMs: 300, kibMs: 0 },
			HELLO,
		);
		let bytes = 0;
		socket.on('data', (chunk: Buffer) => {
			bytes += chunk.length;
			socket.pause();
			setTimeout(() => socket.resume(), 5);
		});
		await closed;
		expect(bytes).toBeLessThan(LARGE.length);
		await close();
	});

	test('allows a long response more time: a phone on a slow connection gets all of it', async () => {
		const patience = { requestMs: 60_000, idleMs: 60_000, answerMs: 50, kibMs: 1 };
		const { socket, closed, close } = await asking(secure, patience, HELLO);
		let bytes = 0;
		socket.on('data', (chunk: Buffer) => {
			bytes += chunk.length;
			// Takes a third of the permitted time.
			if (bytes > LARGE.length) return;
			socket.pause();
			setTimeout(() => socket.resume(), 1);
		});
		await expect.poll(() => bytes, { timeout: 15_000 }).toBeGreaterThan(LARGE.length);
		socket.destroy();
		await closed;
		await close();
	});

	test('cuts off a client that keeps requesting without reading', async () => {
		const { socket, closed, close } = await asking(
			secure,
			{ requestMs: 60_000, idleMs: 60_000, answerMs: 60_000, kibMs: 0 },
			HELLO.repeat(100),
		);
		socket.resume();
		await closed;
		await close();
	});

	test('delivers a response that is read, and keeps the connection open', async () => {
		const small = new Uint8Array(1_000);
		const patience = { requestMs: 60_000, idleMs: 60_000, answerMs: 60_000, kibMs: 0 };
		const { socket, close } = await asking(secure, patience, HELLO, small);
		let bytes = 0;
		socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
		for (let answers = 1; answers <= 20; answers += 1) {
			await expect.poll(() => bytes, { interval: 1 }).toBeGreaterThan(answers * 1_000);
			socket.write(HELLO);
		}
		expect(socket.destroyed).toBe(false);
		socket.destroy();
		await close();
	});
});

test('RL26 cuts off a connection that is not admitted', async () => {
	const listener = await listen(
		{ answer: () => new Response('x'), admit: () => false },
		'127.0.0.1',
		0,
	);
	const socket = connectPlain(listener.port, '127.0.0.1');
	socket.on('error', () => undefined);
	await once(socket, 'close');
	await listener.close(0);
});
