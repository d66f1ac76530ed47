import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import {
	CLOSED,
	MAX_PART_BYTES,
	MAX_TEXT_BYTES,
	SOCKET_PATH,
	SUBPROTOCOL,
} from '#protocol/wire.ts';
import { personOf } from '#relay/base/address.ts';
import type { Connections, Place } from './connections.ts';
import { Conversation, type Visitor } from '#relay/session/conversation.ts';
import { isOurs, visitOf, type Doors } from '#relay/base/doors.ts';
import type { Gate } from './gate.ts';
import type { Relay } from '#relay/session/relay.ts';
import { CLOSE_MS, endUnread, LOOK_BYTES, SocketLine } from './socket-line.ts';

const TICK_MS = 1_000;
/** A whole text frame, and what came of the next one with it. */
const MAX_UNFINISHED = 2 * MAX_TEXT_BYTES;

/** Where sockets come in: `ws` at the edge, conversations behind it. */
export class Sockets {
	readonly #relay: Relay;
	readonly #doors: () => Doors;
	readonly #gate: Gate;
	readonly #connections: Connections;
	readonly #server = new WebSocketServer({
		noServer: true,
		clientTracking: false,
		perMessageDeflate: false,
		maxPayload: MAX_PART_BYTES,
		handleProtocols: () => SUBPROTOCOL,
	});
	readonly #open = new Set<Conversation>();
	readonly #lines = new Map<WebSocket, SocketLine>();
	readonly #ticking: NodeJS.Timeout;
	/** Bytes since it was looked whether anybody reads them. */
	#said = 0;
	#whenEmpty: (() => void) | null = null;
	#leaving = false;

	constructor(relay: Relay, doors: () => Doors, gate: Gate, connections: Connections) {
		this.#relay = relay;
		this.#doors = doors;
		this.#gate = gate;
		this.#connections = connections;
		this.#ticking = setInterval(() => this.#tick(), TICK_MS);
	}

	get count(): number {
		return this.#open.size;
	}

	upgrade(request: IncomingMessage, socket: Socket, head: Buffer, secure: boolean): void {
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
		const address = personOf(visit.address);
		const place =
			this.#connections.placeOf(socket) ??
			this.#connections.take(visit.address, () => socket.destroy());
		if (place === null || !this.#gate.enter(address, this.#relay.nowMs())) {
			place?.giveBack();
			refuse('429 Too Many Requests', 'Retry-After: 60\r\n');
			return;
		}
		socket.once('close', () => {
			place.giveBack();
			this.#gate.leave(address);
		});
		this.#server.handleUpgrade(request, socket, head, (ws) => {
			this.#talk(ws, socket, { origin: visit.origin ?? '', address }, place);
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

	#talk(
		ws: WebSocket,
		socket: Socket,
		{ origin, address }: Pick<Visitor, 'origin' | 'address'>,
		place: Place,
	): void {
		const line = new SocketLine(ws, this.#relay, {
			closed: () => this.#ended(conversation),
			said: (bytes) => {
				this.#said += bytes;
				if (this.#said > LOOK_BYTES) this.#endUnread(this.#relay.nowMs());
			},
		});
		// A frame that never ends is held in memory: whoever has proved nothing gets less of it.
		let unfinished = 0;
		const count = ({ length }: Buffer): void => {
			unfinished += length;
			if (unfinished > MAX_UNFINISHED) line.close(CLOSED.malformed);
		};
		const conversation = new Conversation(this.#relay, line, {
			...{ origin, address },
			offended: () => this.#gate.offend(address, this.#relay.nowMs()),
			proved: () => {
				socket.off('data', count);
				place.giveBack();
				this.#gate.proved(address);
			},
		});
		this.#open.add(conversation);
		this.#lines.set(ws, line);
		socket.prependListener('data', count);
		ws.on('message', (data: Buffer, isBinary: boolean) => {
			unfinished = 0;
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
		this.#endUnread(nowMs);
		this.#gate.tidy(nowMs);
		this.#relay.tidy(nowMs);
	}

	#endUnread(nowMs: number): void {
		this.#said = 0;
		endUnread([...this.#lines.values()], nowMs);
	}
}
