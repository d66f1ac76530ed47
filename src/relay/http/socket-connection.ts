import { WebSocket } from 'ws';
import { CLOSE_CODES, type FromRelay } from '#protocol/wire.ts';
import { SLOW_BYTES, type ClientConnection } from '#relay-core/client-connection.ts';
import type { RelayHost } from '#relay-core/relay.ts';

const STUCK_BYTES = 8 * 1024 * 1024;
/** A peer that does not complete the closing handshake in time is cut off. */
export const CLOSE_MS = 1_000;
/** Time within which a peer must read what was sent. */
const READ_TIMEOUT_MS = 60_000;
/** Bytes that all sockets together may have queued. */
const MAX_WAITING = 128 * 1024 * 1024;
/**
 * Checks again after this much was sent, not only every second: one message may go to many sockets.
 */
export const CHECK_BYTES = 32 * 1024 * 1024;

type Ws = Pick<
	WebSocket,
	'bufferedAmount' | 'readyState' | 'send' | 'close' | 'terminate' | 'once'
>;

/** Sends on a WebSocket and tracks what is unread. */
export class SocketConnection implements ClientConnection {
	readonly #ws: Ws;
	readonly #host: Pick<RelayHost, 'count'>;
	readonly #events: { closed(): void; sent(bytes: number): void };
	#closing = false;
	/** Total bytes sent. */
	#sentBytes = 0;
	/** Total that must have left the queue by `#dueMs`; 0: the queue was empty at the last check. */
	#dueBytes = 0;
	#dueMs = 0;

	constructor(
		ws: Ws,
		host: Pick<RelayHost, 'count'>,
		events: { closed(): void; sent(bytes: number): void },
	) {
		this.#ws = ws;
		this.#host = host;
		this.#events = events;
	}

	get slow(): boolean {
		return this.#ws.bufferedAmount > SLOW_BYTES;
	}

	get waiting(): number {
		return this.#ws.bufferedAmount;
	}

	/** Whether something sent over a minute ago is still queued. Called about once a second. */
	isStuck(nowMs: number): boolean {
		const { waiting } = this;
		if (waiting === 0) this.#dueBytes = 0;
		else if (this.#dueBytes === 0 || this.#sentBytes - waiting >= this.#dueBytes) {
			this.#dueBytes = this.#sentBytes;
			this.#dueMs = nowMs + READ_TIMEOUT_MS;
		}
		return this.#dueBytes > 0 && nowMs > this.#dueMs;
	}

	send(frame: FromRelay): void {
		if (!this.#ready()) return;
		this.#host.count('text-out');
		this.#write(JSON.stringify(frame));
	}

	sendBytes(frame: Uint8Array): void {
		if (this.#ready()) this.#write(frame);
	}

	close(code: number): void {
		if (this.#closing) return;
		this.#closing = true;
		// A peer that slow would not read the close frame either; terminating frees its queue at once.
		if (this.slow) this.#ws.terminate();
		else {
			this.#ws.close(code);
			const cut = setTimeout(() => this.#ws.terminate(), CLOSE_MS);
			this.#ws.once('close', () => clearTimeout(cut));
		}
		this.#events.closed();
	}

	#write(frame: string | Uint8Array): void {
		// Counts characters as bytes: multi-byte ones only delay the check a little.
		this.#sentBytes += frame.length;
		this.#ws.send(frame);
		this.#events.sent(frame.length);
	}

	#ready(): boolean {
		if (this.#closing || this.#ws.readyState !== WebSocket.OPEN) return false;
		if (this.#ws.bufferedAmount <= STUCK_BYTES) return true;
		this.close(CLOSE_CODES.tooMuch);
		return false;
	}
}

/**
 * Closes sockets that do not read (RL9): after a minute, or the largest queues when the total
 * exceeds the limit.
 */
export function closeUnread(connections: readonly SocketConnection[], nowMs: number): void {
	let waiting = 0;
	for (const connection of connections) {
		if (connection.isStuck(nowMs)) connection.close(CLOSE_CODES.tooMuch);
		else waiting += connection.waiting;
	}
	if (waiting <= MAX_WAITING) return;
	for (const connection of connections.toSorted((a, b) => b.waiting - a.waiting)) {
		waiting -= connection.waiting;
		connection.close(CLOSE_CODES.tooMuch);
		if (waiting <= MAX_WAITING) return;
	}
}
