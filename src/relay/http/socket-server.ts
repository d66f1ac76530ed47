import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import {
	CLOSE_CODES,
	MAX_PART_BYTES,
	MAX_TEXT_BYTES,
	SOCKET_PATH,
	SUBPROTOCOL,
} from '#protocol/wire.ts';
import { clientKeyOf, networkKeyOf } from '#relay/base/address.ts';
import type { UnprovedConnections, ConnectionSlot } from './unproved-connections.ts';
import { ClientSession, type SessionClient } from '#relay-core/client-session.ts';
import { isAllowedOrigin, clientOriginOf, type OriginPolicy } from '#relay/base/origin-policy.ts';
import type { ConnectionLimiter } from './connection-limiter.ts';
import type { Relay } from '#relay-core/relay.ts';
import { CLOSE_MS, closeUnread, CHECK_BYTES, SocketConnection } from './socket-connection.ts';

const TICK_MS = 1_000;
/** One complete text frame and the start of the next. */
const MAX_UNFINISHED = 2 * MAX_TEXT_BYTES;

/** Accepts WebSockets (`ws`) and runs a session on each. */
export class SocketServer {
	readonly #relay: Relay;
	readonly #originPolicy: () => OriginPolicy;
	readonly #limiter: ConnectionLimiter;
	readonly #unproved: UnprovedConnections;
	readonly #server = new WebSocketServer({
		noServer: true,
		clientTracking: false,
		perMessageDeflate: false,
		maxPayload: MAX_PART_BYTES,
		handleProtocols: () => SUBPROTOCOL,
	});
	readonly #sessions = new Set<ClientSession>();
	readonly #connections = new Map<WebSocket, SocketConnection>();
	readonly #ticking: NodeJS.Timeout;
	/** Bytes sent since the last check for unread ones. */
	#sentBytes = 0;
	#whenEmpty: (() => void) | null = null;
	#closing = false;

	constructor(
		relay: Relay,
		originPolicy: () => OriginPolicy,
		limiter: ConnectionLimiter,
		connections: UnprovedConnections,
	) {
		this.#relay = relay;
		this.#originPolicy = originPolicy;
		this.#limiter = limiter;
		this.#unproved = connections;
		this.#ticking = setInterval(() => this.#tick(), TICK_MS);
	}

	get count(): number {
		return this.#sessions.size;
	}

	upgrade(request: IncomingMessage, socket: Socket, head: Buffer, secure: boolean): void {
		socket.on('error', () => socket.destroy());
		const originPolicy = this.#originPolicy();
		const client = clientOriginOf(originPolicy, request, secure);
		const refuse = (status: string, more = ''): void => {
			// No other code owns the socket any more: destroy it once the response is sent.
			socket.once('finish', () => socket.destroy());
			socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n${more}\r\n`);
		};
		if (client.origin === null) {
			refuse('421 Misdirected Request');
			return;
		}
		if (request.url !== SOCKET_PATH) {
			refuse('404 Not Found');
			return;
		}
		// Unencrypted only from this machine: elsewhere the network would see who talks to whom.
		if (!secure && !client.inside) {
			refuse('403 Forbidden');
			return;
		}
		if (!isAllowedOrigin(originPolicy, client, request.headers.origin)) {
			refuse('403 Forbidden');
			return;
		}
		const offered = request.headers['sec-websocket-protocol']?.split(/\s*,\s*/) ?? [];
		if (!offered.includes(SUBPROTOCOL)) {
			refuse('400 Bad Request');
			return;
		}
		if (this.#closing) {
			refuse('503 Service Unavailable', 'Retry-After: 5\r\n');
			return;
		}
		const address = clientKeyOf(client.address);
		const slot =
			this.#unproved.slotOf(socket) ??
			this.#unproved.acquire(client.address, () => socket.destroy());
		if (slot === null || !this.#limiter.enter(address, this.#relay.host.nowMs())) {
			slot?.release();
			refuse('429 Too Many Requests', 'Retry-After: 60\r\n');
			return;
		}
		socket.once('close', () => {
			slot.release();
			this.#limiter.leave(address);
		});
		this.#server.handleUpgrade(request, socket, head, (ws) => {
			const network = networkKeyOf(client.address);
			this.#open(ws, socket, { origin: client.origin ?? '', address, network }, slot);
		});
	}

	/** Sends `bye` on all sockets and resolves when they are closed. */
	async close(): Promise<void> {
		this.#closing = true;
		for (const session of [...this.#sessions]) session.close();
		clearInterval(this.#ticking);
		if (this.#connections.size === 0) return;
		await new Promise<void>((resolve) => {
			this.#whenEmpty = resolve;
			setTimeout(resolve, 2 * CLOSE_MS);
		});
	}

	#open(
		ws: WebSocket,
		socket: Socket,
		from: Pick<SessionClient, 'origin' | 'address' | 'network'>,
		slot: ConnectionSlot,
	): void {
		const connection = new SocketConnection(ws, this.#relay.host, {
			closed: () => this.#ended(session),
			sent: (bytes) => {
				this.#sentBytes += bytes;
				if (this.#sentBytes > CHECK_BYTES) this.#endUnread(this.#relay.host.nowMs());
			},
		});
		// An endless frame is buffered in memory: guests get less of it than members.
		let unfinished = 0;
		const count = ({ length }: Buffer): void => {
			unfinished += length;
			if (unfinished > MAX_UNFINISHED) connection.close(CLOSE_CODES.malformed);
		};
		const session = new ClientSession(this.#relay, connection, {
			...{ ...from, rendezvous: 'stranger' },
			offended: () => this.#limiter.countViolation(from.address, this.#relay.host.nowMs()),
			proved: () => {
				socket.off('data', count);
				slot.release();
				this.#limiter.proved(from.address);
			},
		});
		this.#sessions.add(session);
		this.#connections.set(ws, connection);
		socket.prependListener('data', count);
		ws.on('message', (data: Buffer, isBinary: boolean) => {
			unfinished = 0;
			if (isBinary) session.receivePart(data);
			else session.receiveText(data);
		});
		// Oversized, not UTF-8, bad opcode: `ws` closes the socket with the right code.
		ws.on('error', () => this.#relay.host.count('malformed'));
		ws.on('close', () => {
			this.#ended(session);
			this.#connections.delete(ws);
			if (this.#connections.size === 0) this.#whenEmpty?.();
		});
	}

	#ended(session: ClientSession): void {
		if (this.#sessions.delete(session)) session.ended();
	}

	#tick(): void {
		const nowMs = this.#relay.host.nowMs();
		for (const session of [...this.#sessions]) session.tick();
		this.#endUnread(nowMs);
		this.#limiter.tidy(nowMs);
		this.#relay.tidy();
	}

	#endUnread(nowMs: number): void {
		this.#sentBytes = 0;
		closeUnread([...this.#connections.values()], nowMs);
	}
}
