import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import {
	CLOSED,
	MAX_PART_BYTES,
	SOCKET_PATH,
	SUBPROTOCOL,
	type FromRelay,
} from '#protocol/wire.ts';
import { Conversation } from './conversation.ts';
import { isOurs, visitOf, type Doors } from './doors.ts';
import { networkOf, type Gate } from './gate.ts';
import type { Line } from './line.ts';
import type { Relay } from './relay.ts';

const SLOW_BYTES = 1024 * 1024;
const STUCK_BYTES = 8 * 1024 * 1024;
/** A peer that does not answer a close is cut off. */
const CLOSE_MS = 1_000;
const TICK_MS = 1_000;

/** Where sockets come in: `ws` at the edge, conversations behind it. */
export class Sockets {
	readonly #relay: Relay;
	readonly #doors: () => Doors;
	readonly #gate: Gate;
	readonly #server = new WebSocketServer({
		noServer: true,
		clientTracking: false,
		perMessageDeflate: false,
		maxPayload: MAX_PART_BYTES,
		handleProtocols: () => SUBPROTOCOL,
	});
	readonly #open = new Set<Conversation>();
	readonly #lines = new Set<WebSocket>();
	readonly #ticking: NodeJS.Timeout;
	#whenEmpty: (() => void) | null = null;
	#leaving = false;

	constructor(relay: Relay, doors: () => Doors, gate: Gate) {
		this.#relay = relay;
		this.#doors = doors;
		this.#gate = gate;
		this.#ticking = setInterval(() => this.#tick(), TICK_MS);
	}

	get count(): number {
		return this.#open.size;
	}

	upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, secure: boolean): void {
		socket.on('error', () => socket.destroy());
		const doors = this.#doors();
		const visit = visitOf(doors, request, secure);
		const refuse = (status: string, more = ''): void => {
			// Nobody else watches it any more: one that does not go by itself is cut off.
			socket.once('finish', () => socket.destroy());
			socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n${more}\r\n`);
		};
		if (visit.origin === null) {
			refuse('421 Misdirected Request');
			return;
		}
		if (request.url !== SOCKET_PATH) {
			refuse('404 Not Found');
			return;
		}
		// In clear only from this machine: elsewhere anybody on the way would read who writes to whom.
		if (!secure && !visit.inside) {
			refuse('403 Forbidden');
			return;
		}
		if (!isOurs(doors, visit, request.headers.origin)) {
			refuse('403 Forbidden');
			return;
		}
		const offered = request.headers['sec-websocket-protocol']?.split(/\s*,\s*/) ?? [];
		if (!offered.includes(SUBPROTOCOL)) {
			refuse('400 Bad Request');
			return;
		}
		if (this.#leaving) {
			refuse('503 Service Unavailable', 'Retry-After: 5\r\n');
			return;
		}
		const address = networkOf(visit.address);
		if (!this.#gate.enter(address, this.#relay.nowMs())) {
			refuse('429 Too Many Requests', 'Retry-After: 60\r\n');
			return;
		}
		socket.once('close', () => this.#gate.leave(address));
		this.#server.handleUpgrade(request, socket, head, (ws) => {
			this.#talk(ws, visit.origin ?? '', address);
		});
	}

	/** Says goodbye to all, and ends when they are gone. */
	async leave(): Promise<void> {
		this.#leaving = true;
		for (const conversation of [...this.#open]) conversation.bye();
		clearInterval(this.#ticking);
		if (this.#lines.size === 0) return;
		await new Promise<void>((resolve) => {
			this.#whenEmpty = resolve;
			setTimeout(resolve, 2 * CLOSE_MS);
		});
	}

	#talk(ws: WebSocket, origin: string, address: string): void {
		const line = new SocketLine(ws, this.#relay, () => this.#ended(conversation));
		const conversation = new Conversation(this.#relay, line, {
			...{ origin, address },
			offended: () => this.#gate.offend(address, this.#relay.nowMs()),
		});
		this.#open.add(conversation);
		this.#lines.add(ws);
		ws.on('message', (data: Buffer, isBinary: boolean) => {
			if (isBinary) conversation.part(data);
			else conversation.text(data);
		});
		// Too long, not UTF-8, a bad opcode: ws closes by itself and says why to the peer.
		ws.on('error', () => this.#relay.count('malformed'));
		ws.on('close', () => {
			this.#ended(conversation);
			this.#lines.delete(ws);
			if (this.#lines.size === 0) this.#whenEmpty?.();
		});
	}

	#ended(conversation: Conversation): void {
		if (this.#open.delete(conversation)) conversation.ended();
	}

	#tick(): void {
		const nowMs = this.#relay.nowMs();
		for (const conversation of [...this.#open]) conversation.tick(nowMs);
		this.#gate.tidy(nowMs);
		this.#relay.tidy(nowMs);
	}
}

class SocketLine implements Line {
	readonly #ws: WebSocket;
	readonly #relay: Relay;
	readonly #closed: () => void;
	#closing = false;

	constructor(ws: WebSocket, relay: Relay, closed: () => void) {
		this.#ws = ws;
		this.#relay = relay;
		this.#closed = closed;
	}

	get slow(): boolean {
		return this.#ws.bufferedAmount > SLOW_BYTES;
	}

	send(frame: FromRelay): void {
		if (!this.#ready()) return;
		this.#relay.count('text-out');
		this.#ws.send(JSON.stringify(frame));
	}

	sendBytes(frame: Uint8Array): void {
		if (this.#ready()) this.#ws.send(frame);
	}

	close(code: number): void {
		if (this.#closing) return;
		this.#closing = true;
		this.#ws.close(code);
		const cut = setTimeout(() => this.#ws.terminate(), CLOSE_MS);
		this.#ws.once('close', () => clearTimeout(cut));
		this.#closed();
	}

	#ready(): boolean {
		if (this.#closing || this.#ws.readyState !== WebSocket.OPEN) return false;
		if (this.#ws.bufferedAmount <= STUCK_BYTES) return true;
		this.close(CLOSED.tooMuch);
		return false;
	}
}
