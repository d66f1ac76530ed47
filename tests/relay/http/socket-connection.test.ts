import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { closeUnread, SocketConnection } from '#relay/http/socket-connection.ts';

const MIB = 1024 * 1024;

/** A socket whose peer reads only when told to. */
function slowSocket(): {
	connection: SocketConnection;
	read: (bytes: number) => void;
	closed: () => number | null;
} {
	let [waiting, code] = [0, null as number | null];
	const ws = {
		get bufferedAmount() {
			return waiting;
		},
		readyState: WebSocket.OPEN,
		send: (frame: string | Uint8Array) => void (waiting += frame.length + 4),
		close: (why: number) => void (code = why),
		terminate: () => void ((waiting = 0), (code = 1006)),
		once: (_event: string, listener: () => void) => {
			listener();
			return ws;
		},
	};
	const connection = new SocketConnection(
		ws as unknown as WebSocket,
		{ count: () => undefined },
		{ closed: () => undefined, sent: () => undefined },
	);
	return {
		connection,
		read: (bytes) => (waiting = Math.max(0, waiting - bytes)),
		closed: () => code,
	};
}

describe('RL9 unread data', () => {
	test('closes the socket after a minute, however little it is', () => {
		const { connection, closed } = slowSocket();
		for (let nowMs = 0; nowMs < 600_000; nowMs += 1_000) closeUnread([connection], nowMs);
		expect(closed()).toBeNull();
		connection.send({ t: 'pong', n: 1 });
		for (let nowMs = 600_000; nowMs <= 659_000; nowMs += 1_000) closeUnread([connection], nowMs);
		expect(closed()).toBeNull();
		for (let nowMs = 660_000; nowMs <= 661_000; nowMs += 1_000) closeUnread([connection], nowMs);
		expect(closed()).toBe(4429);
	});

	test('a trickle is not enough: what was sent a minute ago must be gone', () => {
		const { connection, read, closed } = slowSocket();
		connection.sendBytes(new Uint8Array(4 * MIB));
		for (let nowMs = 0; nowMs < 130_000; nowMs += 1_000) {
			closeUnread([connection], nowMs);
			read(1_000);
		}
		// No close code: nobody would read it.
		expect(closed()).toBe(1006);
	});

	test('a slow but steady reader stays connected', () => {
		const { connection, read, closed } = slowSocket();
		connection.sendBytes(new Uint8Array(MIB));
		for (let nowMs = 0; nowMs < 600_000; nowMs += 1_000) {
			closeUnread([connection], nowMs);
			read(50_000);
			connection.sendBytes(new Uint8Array(50_000 - 4));
		}
		expect(closed()).toBeNull();
	});

	test('all sockets together may queue 128 MiB: the largest queues are closed', () => {
		const sockets = Array.from({ length: 50 }, slowSocket);
		for (const [at, { connection }] of sockets.entries())
			for (let n = 0; n < (at < 40 ? 7 : 1); n += 1) connection.sendBytes(new Uint8Array(MIB));
		closeUnread(
			sockets.map(({ connection }) => connection),
			0,
		);
		const ended = sockets.flatMap(({ closed }, at) => (closed() === null ? [] : [at]));
		expect(ended.length).toBe(24);
		expect(Math.max(...ended)).toBeLessThan(40);
	});
});
