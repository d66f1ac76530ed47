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
/** A line that just broke, as RFC 6455 has it. */
const ABNORMAL_CLOSURE = 1006;

/** The way to a relay, by WebSocket. */
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
			throw new Fault('denied', 'this page may not open that socket', error);
		}
		const line = new WebSocketRelaySocket(address.origin, socket, events);
		await line.opened();
		return line;
	}
}

/** Throws `malformed` for what is no address of a server. */
function addressOf(origin: string): URL {
	const address = URL.parse(origin);
	if (address === null || !/^https?:$/.test(address.protocol)) {
		throw new Fault('malformed', 'no address of a relay');
	}
	return address;
}

class WebSocketRelaySocket implements RelaySocket {
	readonly origin: string;
	readonly #socket: WebSocket;
	readonly #events: RelaySocketEvents;
	/** 4400 and the like are said to the relay, but it is we who end the line. */
	#over = false;

	constructor(origin: string, socket: WebSocket, events: RelaySocketEvents) {
		this.origin = origin;
		this.#socket = socket;
		this.#events = events;
		socket.binaryType = 'arraybuffer';
	}

	/** Until then nothing is told: a line that never was does not end. */
	opened(): Promise<void> {
		const socket = this.#socket;
		return new Promise((resolve, reject) => {
			const late = setTimeout(() => {
				fail(new Fault('timeout', `no socket in ${CONNECT_MS} ms`));
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
				else fail(new Fault('not-found', 'what is there is no relay'));
			};
			// What went wrong is told by its closing.
			socket.onerror = () => undefined;
			socket.onmessage = ({ data }) => this.#receive(data);
			socket.onclose = ({ code }) => {
				// Browsers say nothing about why: no network, no server, or a server that speaks otherwise.
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
