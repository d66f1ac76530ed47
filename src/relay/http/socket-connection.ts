import { WebSocket } from 'ws';
import { CLOSE_CODES, type FromRelay } from '#protocol/wire.ts';
import type { ClientConnection } from '#relay/session/client-connection.ts';
import type { RelayContext } from '#relay/session/relay-context.ts';

const SLOW_BYTES = 1024 * 1024;
const STUCK_BYTES = 8 * 1024 * 1024;
/** A peer that does not answer a close is cut off. */
export const CLOSE_MS = 1_000;
/** What was said is read within so long, or nobody reads. */
const READ_TIMEOUT_MS = 60_000;
/** What all sockets together may have waiting. */
const MAX_WAITING = 128 * 1024 * 1024;
/**
 * After so much it is looked at once more, and not only each second: one letter goes to many
 * sockets.
 */
export const CHECK_BYTES = 32 * 1024 * 1024;

type Ws = Pick<
	WebSocket,
	'bufferedAmount' | 'readyState' | 'send' | 'close' | 'terminate' | 'once'
>;

/** What is said on a socket, and what of it waits. */
export class SocketConnection implements ClientConnection {
	readonly #ws: Ws;
	readonly #relay: Pick<RelayContext, 'count'>;
	readonly #events: { closed(): void; said(bytes: number): void };
	#closing = false;
	/** All that was ever said, in bytes. */
	#sentBytes = 0;
	/** How much of it has to be gone by then; nothing waited when it was looked: 0. */
	#dueBytes = 0;
	#dueMs = 0;

	constructor(
		ws: Ws,
		relay: Pick<RelayContext, 'count'>,
		tell: { closed(): void; said(bytes: number): void },
	) {
		this.#ws = ws;
		this.#relay = relay;
		this.#events = tell;
	}

	get slow(): boolean {
		return this.#ws.bufferedAmount > SLOW_BYTES;
	}

	get waiting(): number {
		return this.#ws.bufferedAmount;
	}

	/** Called about once a second: whether what was said a while ago is here still. */
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
		this.#relay.count('text-out');
		this.#write(JSON.stringify(frame));
	}

	sendBytes(frame: Uint8Array): void {
		if (this.#ready()) this.#write(frame);
	}

	close(code: number): void {
		if (this.#closing) return;
		this.#closing = true;
		// Whoever reads so little reads no code either, and what waits for it is let go at once.
		if (this.slow) this.#ws.terminate();
		else {
			this.#ws.close(code);
			const cut = setTimeout(() => this.#ws.terminate(), CLOSE_MS);
			this.#ws.once('close', () => clearTimeout(cut));
		}
		this.#events.closed();
	}

	#write(frame: string | Uint8Array): void {
		// Most characters are one byte, and those that are more are counted as sent a little later.
		this.#sentBytes += frame.length;
		this.#ws.send(frame);
		this.#events.said(frame.length);
	}

	#ready(): boolean {
		if (this.#closing || this.#ws.readyState !== WebSocket.OPEN) return false;
		if (this.#ws.bufferedAmount <= STUCK_BYTES) return true;
		this.close(CLOSE_CODES.tooMuch);
		return false;
	}
}

/**
 * What nobody reads ends (RL9): after a minute, or when all of it is more than there is room for.
 */
export function closeUnread(lines: readonly SocketConnection[], nowMs: number): void {
	let waiting = 0;
	for (const connection of lines) {
		if (connection.isStuck(nowMs)) connection.close(CLOSE_CODES.tooMuch);
		else waiting += connection.waiting;
	}
	if (waiting <= MAX_WAITING) return;
	for (const connection of lines.toSorted((a, b) => b.waiting - a.waiting)) {
		waiting -= connection.waiting;
		connection.close(CLOSE_CODES.tooMuch);
		if (waiting <= MAX_WAITING) return;
	}
}
