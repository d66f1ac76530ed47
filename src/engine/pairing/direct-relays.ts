import { Listeners } from '#domain/base/listeners.ts';
import { Fault } from '#domain/base/fault.ts';
import type { PeerDescriptor } from '#domain/pairing/peer-descriptor.ts';
import {
	IN_PAGE_RELAY_ORIGIN,
	isDirectOrigin,
	directOriginBytes,
	directOriginOf,
} from '#domain/pairing/direct-code.ts';
import {
	CLOSE_CODES,
	frameFrom,
	fromRelay,
	MAX_PART_BYTES,
	WIRE_VERSION,
	type RelayInfo,
} from '#protocol/wire.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type {
	DataConnection,
	DataConnections,
	DataChannel,
	DataChannelEvents,
	OfferedDataConnection,
} from '#ports/network/data-connection.ts';
import type { Relays, RelaySocket, RelaySocketEvents } from '#ports/network/relay.ts';
import type { RelayServer, ServedClient } from '#ports/network/relay-server.ts';

/** NB5: from when both codes are known. */
const CONNECT_TIMEOUT_MS = 8000;
/** NB11: interval of the check for members. */
const CHECK_MS = 45_000;
/** RFC 6455, section 7.1.5: closed without a close frame. */
const ABNORMAL_CLOSURE = 1006;

export interface DirectRelaysTools {
	readonly crypto: Pick<Crypto, 'sha256'>;
	readonly clock: Clock;
	/** Loads it; throws `offline`. */
	readonly inPageRelay: () => Promise<RelayServer>;
	readonly dataConnections: DataConnections;
	readonly relays: Relays;
}

/** A direct connection, coming up or up. */
export interface DirectConnection {
	readonly descriptor: PeerDescriptor;
	/** Where this side connects to the relay; `null` before the connection is up. */
	readonly origin: string | null;
	/** From now on this home meets here. */
	keep(): void;
	close(): void;
}

export interface OfferedConnection extends DirectConnection {
	/**
	 * Resolves when it is up. Throws `timeout` if the two devices cannot reach each other,
	 * `malformed`.
	 */
	accept(answer: PeerDescriptor): Promise<void>;
}

export interface AnsweredConnection extends DirectConnection {
	/** Resolves when it is up, rejects with `Fault` when it never will be. */
	readonly up: Promise<void>;
}

/**
 * Connects to relays, and to devices over direct connections: those are reached like a relay, which
 * runs in the page that showed its code first. Rules: docs/spec/nearby.md.
 */
export class DirectRelays implements Relays {
	readonly #tools: DirectRelaysTools;
	/** Connections of devices that answered this page's codes, with the origin of each. */
	readonly #guests = new Map<DataConnection, string>();
	/** Guests without a member at the last check. */
	readonly #doubted = new Set<DataConnection>();
	#stopChecking: (() => void) | null = null;
	/** The device whose code this page answered. */
	#host: { readonly connection: DataConnection; readonly origin: string } | null = null;
	readonly #connections = new Map<string, DataConnection>();
	readonly #listeners = new Listeners();
	/** `null`: nobody needed it yet. */
	#inPageRelay: RelayServer | null = null;

	constructor(tools: DirectRelaysTools) {
		this.#tools = tools;
	}

	/** Where this home meets without a relay; `null`: nowhere for now. */
	get origin(): string | null {
		return this.#host?.origin ?? (this.#guests.size > 0 ? IN_PAGE_RELAY_ORIGIN : null);
	}

	on(listener: () => void): () => void {
		return this.#listeners.add(listener);
	}

	async info(origin: string): Promise<RelayInfo | null> {
		if (!isDirectOrigin(origin)) return this.#tools.relays.info(origin);
		const there = origin === IN_PAGE_RELAY_ORIGIN || this.#connections.has(origin);
		return there ? { name: 'spy-cam', versions: [WIRE_VERSION], secure: null, trust: null } : null;
	}

	async connect(origin: string, events: RelaySocketEvents): Promise<RelaySocket> {
		if (!isDirectOrigin(origin)) return this.#tools.relays.connect(origin, events);
		if (origin === IN_PAGE_RELAY_ORIGIN)
			return this.#connectHere(await this.#loadInPageRelay(), events);
		const connection = this.#connections.get(origin);
		if (connection === undefined) throw new Fault('offline', 'the direct connection is down');
		return socketOver(connection, origin, events);
	}

	/** Throws as `DataConnections.offer` does, and `offline`. */
	async offer(): Promise<OfferedConnection> {
		const inPageRelay = await this.#loadInPageRelay();
		let origin = '';
		let isUp = false;
		let over: (fault: Fault) => void = () => undefined;
		let up: () => void = () => undefined;
		const connection: OfferedDataConnection = await this.#tools.dataConnections.offer({
			up: () => {
				isUp = true;
				up();
			},
			down: () => {
				isUp = false;
				over(new Fault('timeout', 'the direct connection failed'));
				this.#ended(connection);
			},
			channel: (channel) => acceptGuest(inPageRelay, origin, channel),
		});
		return {
			descriptor: connection.descriptor,
			get origin() {
				return isUp ? IN_PAGE_RELAY_ORIGIN : null;
			},
			accept: async (answer) => {
				origin = await this.#originOf(connection.descriptor, answer);
				const connected = new Promise<void>((resolve, reject) => {
					const late = new Fault(
						'timeout',
						`the direct connection was not up in ${CONNECT_TIMEOUT_MS} ms`,
					);
					const stop = this.#tools.clock.after(CONNECT_TIMEOUT_MS, () => reject(late));
					over = (fault) => {
						stop();
						reject(fault);
					};
					up = () => {
						stop();
						resolve();
					};
				});
				await Promise.all([connection.accept(answer), connected]);
			},
			keep: () => {
				// It may have gone down meanwhile.
				if (!isUp) return;
				this.#leaveHost();
				this.#guests.set(connection, origin);
				this.#stopChecking ??= this.#tools.clock.every(CHECK_MS, () => this.#checkGuests());
				this.#listeners.notify();
			},
			close: () => {
				isUp = false;
				connection.close();
				this.#ended(connection);
			},
		};
	}

	/** Throws as `DataConnections.answer` does. */
	async answer(offer: PeerDescriptor): Promise<AnsweredConnection> {
		let resolveUp: () => void = () => undefined;
		let rejectUp: (fault: Fault) => void = () => undefined;
		const up = new Promise<void>((resolve, reject) => {
			resolveUp = resolve;
			rejectUp = reject;
		});
		// Not every caller waits for it: no unhandled rejection.
		up.catch(() => undefined);
		let origin: string | null = null;
		let isOver = false;
		const connection = await this.#tools.dataConnections.answer(offer, {
			up: () => {
				void this.#originOf(offer, connection.descriptor).then((made) => {
					if (isOver) return;
					origin = made;
					this.#connections.set(made, connection);
					resolveUp();
				}, rejectUp);
			},
			down: () => {
				isOver = true;
				rejectUp(new Fault('timeout', 'the direct connection failed'));
				this.#ended(connection);
			},
			// Only the answering side opens channels.
			channel: (channel) => {
				channel.close();
				return { text: () => undefined, bytes: () => undefined, ended: () => undefined };
			},
		});
		return {
			descriptor: connection.descriptor,
			get origin() {
				return origin;
			},
			up,
			keep: () => {
				if (origin === null || !this.#connections.has(origin)) return;
				// The newest connection wins: no guest stays at an in-page relay that this page has left.
				this.#leaveHost();
				for (const guest of [...this.#guests.keys()]) {
					guest.close();
					this.#forget(guest);
				}
				this.#host = { connection, origin };
				this.#listeners.notify();
			},
			close: () => {
				isOver = true;
				connection.close();
				this.#ended(connection);
			},
		};
	}

	/** NB11: a connection that no member uses does not keep this page from its relay. */
	#checkGuests(): void {
		for (const [guest, origin] of [...this.#guests]) {
			if (this.#inPageRelay?.hasMember(origin)) this.#doubted.delete(guest);
			else if (this.#doubted.has(guest)) {
				guest.close();
				this.#ended(guest);
			} else this.#doubted.add(guest);
		}
	}

	/** For a guest that is gone, for whatever reason. */
	#forget(guest: DataConnection): void {
		this.#guests.delete(guest);
		this.#doubted.delete(guest);
		if (this.#guests.size > 0) return;
		this.#stopChecking?.();
		this.#stopChecking = null;
	}

	#leaveHost(): void {
		this.#host?.connection.close();
		this.#host = null;
	}

	async #originOf(offer: PeerDescriptor, answer: PeerDescriptor): Promise<string> {
		return directOriginOf(await this.#tools.crypto.sha256(directOriginBytes(offer, answer)));
	}

	#ended(connection: DataConnection): void {
		for (const [origin, one] of this.#connections)
			if (one === connection) this.#connections.delete(origin);
		const was = this.origin;
		this.#forget(connection);
		if (this.#host?.connection === connection) this.#host = null;
		if (was !== this.origin) this.#listeners.notify();
	}

	async #loadInPageRelay(): Promise<RelayServer> {
		this.#inPageRelay ??= await this.#tools.inPageRelay();
		return this.#inPageRelay;
	}

	/** Connects this page to its own in-page relay. */
	#connectHere(server: RelayServer, events: RelaySocketEvents): RelaySocket {
		let over = false;
		const soon = (work: () => void): void =>
			void Promise.resolve().then(() => {
				if (!over) work();
			});
		const socket = server.open({
			...{ origin: IN_PAGE_RELAY_ORIGIN, waiting: 0 },
			frame: (frame) => soon(() => events.frame(frame)),
			part: (bytes) => soon(() => events.part(bytes)),
			ended: (ended) =>
				soon(() => {
					over = true;
					events.ended(ended);
				}),
		});
		if (socket === null) throw new Fault('offline', 'the in-page relay has no free session');
		return {
			...{ origin: IN_PAGE_RELAY_ORIGIN, waiting: 0 },
			send: (frame) => soon(() => socket.receiveText(JSON.stringify(frame))),
			sendPart: (bytes) => soon(() => socket.receivePart(bytes)),
			close: () => {
				// What was sent before still arrives.
				soon(() => {
					over = true;
					socket.gone();
				});
			},
		};
	}
}

/** A guest opened a channel to this page's in-page relay. */
function acceptGuest(server: RelayServer, origin: string, channel: DataChannel): DataChannelEvents {
	const client: ServedClient = {
		origin,
		get waiting() {
			return channel.waiting;
		},
		frame: (frame) => channel.sendText(JSON.stringify(frame)),
		part: (bytes) => channel.sendBytes(bytes),
		ended: ({ code }) => {
			channel.sendText(String(code));
			channel.close();
		},
	};
	const socket = server.open(client);
	if (socket === null) channel.close();
	return {
		text: (text) => socket?.receiveText(text),
		bytes: (bytes) => {
			if (bytes.length <= MAX_PART_BYTES) socket?.receivePart(bytes);
		},
		ended: () => socket?.gone(),
	};
}

/** A relay socket over a direct connection to another page's in-page relay. */
async function socketOver(
	connection: DataConnection,
	origin: string,
	events: RelaySocketEvents,
): Promise<RelaySocket> {
	let over = false;
	let code = ABNORMAL_CLOSURE;
	const end = (): void => {
		if (over) return;
		over = true;
		events.ended({ code });
	};
	const channel = await connection.open({
		text: (text) => {
			if (over) return;
			// The in-page relay sends the close code as text before it closes the channel.
			if (/^4\d{3}$/.test(text)) {
				code = Number(text);
				return;
			}
			const frame = frameFrom(fromRelay, text);
			if (frame !== null) events.frame(frame);
			else {
				code = CLOSE_CODES.malformed;
				channel.close();
				end();
			}
		},
		bytes: (bytes) => {
			if (!over && bytes.length <= MAX_PART_BYTES) events.part(bytes);
		},
		ended: end,
	});
	return {
		origin,
		get waiting() {
			return channel.waiting;
		},
		send: (frame) => {
			if (!over) channel.sendText(JSON.stringify(frame));
		},
		sendPart: (bytes) => {
			if (!over) channel.sendBytes(bytes);
		},
		close: () => {
			over = true;
			channel.close();
		},
	};
}
