import { Fault } from '#domain/base/fault.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import type { Relays, RelaySocket, RelaySocketEvents } from '#ports/network/relay.ts';
import {
	RELAY_INFO_PATH,
	CLOSE_CODES,
	frameFrom,
	fromRelay,
	MAX_PART_BYTES,
	relayInfoFrom,
	SOCKET_PATH,
	SUBPROTOCOL,
	type FromDevice,
	type RelayInfo,
} from '#protocol/wire.ts';
import { fetchText } from './fetch.ts';

const CONNECT_MS = 3000;
/** RFC 6455, section 7.1.5: closed without a close frame. */
const ABNORMAL_CLOSURE = 1006;

/** Relays reached by WebSocket. */
export class WebSocketRelays implements Relays {
	async info(origin: string): Promise<RelayInfo | null> {
		const { status, text } = await fetchText(
			new URL(RELAY_INFO_PATH, addressOf(origin)).href,
			CONNECT_MS,
		);
		return status === 200 ? relayInfoFrom(text) : null;
	}

	async connect(origin: string, events: RelaySocketEvents): Promise<RelaySocket> {
		const address = addressOf(origin);
		const url = new URL(SOCKET_PATH, address);
		url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
		let socket: WebSocket;
		try {
			socket = new WebSocket(url, [SUBPROTOCOL]);
		} catch (error) {
			throw new Fault('denied', `CSP or mixed content forbids a socket to ${url.href}`, error);
		}
		const opening = new WebSocketRelaySocket(address.origin, socket, events);
		await opening.opened();
		return opening;
	}
}

/** Throws `malformed` unless it is an http(s) URL. */
function addressOf(origin: string): URL {
	const address = URL.parse(origin);
	if (address === null || !/^https?:$/.test(address.protocol)) {
		throw new Fault('malformed', `relay address is not an http(s) URL: ${origin}`);
	}
	return address;
}

class WebSocketRelaySocket implements RelaySocket {
	readonly origin: string;
	readonly #socket: WebSocket;
	readonly #events: RelaySocketEvents;
	/** Set when this side closes: a later `close` event is not reported again. */
	#over = false;

	constructor(origin: string, socket: WebSocket, events: RelaySocketEvents) {
		this.origin = origin;
		this.#socket = socket;
		this.#events = events;
		socket.binaryType = 'arraybuffer';
	}

	/** Until it resolves no event is reported: a connection that never opened does not end either. */
	opened(): Promise<void> {
		const socket = this.#socket;
		return new Promise((resolve, reject) => {
			const late = setTimeout(() => {
				fail(new Fault('timeout', `the socket did not open in ${CONNECT_MS} ms`));
			}, CONNECT_MS);
			const fail = (fault: Fault): void => {
				clearTimeout(late);
				this.#over = true;
				socket.close();
				reject(fault);
			};
			socket.onopen = () => {
				clearTimeout(late);
				if (socket.protocol === SUBPROTOCOL) resolve();
				else fail(new Fault('not-found', 'the server did not accept the relay subprotocol'));
			};
			// A `close` event follows, with the code.
			socket.onerror = () => undefined;
			socket.onmessage = ({ data }) => this.#receive(data);
			socket.onclose = ({ code }) => {
				// Browsers do not tell why: no network, no server, or no WebSocket server.
				fail(new Fault('offline', `the socket did not open (${code})`));
				socket.onclose = null;
			};
			socket.addEventListener('open', () => {
				socket.onclose = ({ code }) => this.#end(code);
			});
		});
	}

	get waiting(): number {
		return this.#socket.bufferedAmount;
	}

	send(frame: FromDevice): void {
		if (this.#open) this.#socket.send(JSON.stringify(frame));
	}

	sendPart(bytes: Bytes): void {
		if (this.#open) this.#socket.send(bytes);
	}

	close(): void {
		this.#socket.close(1000);
		this.#end(1000);
	}

	get #open(): boolean {
		return !this.#over && this.#socket.readyState === WebSocket.OPEN;
	}

	#receive(data: unknown): void {
		if (this.#over) return;
		if (data instanceof ArrayBuffer && data.byteLength <= MAX_PART_BYTES) {
			this.#events.part(new Uint8Array(data));
			return;
		}
		const frame = typeof data === 'string' ? frameFrom(fromRelay, data) : null;
		if (frame !== null) {
			this.#events.frame(frame);
			return;
		}
		this.#socket.close(CLOSE_CODES.malformed);
		this.#end(CLOSE_CODES.malformed);
	}

	#end(code: number): void {
		if (this.#over) return;
		this.#over = true;
		this.#events.ended({ code: code === 0 ? ABNORMAL_CLOSURE : code });
	}
}
