import type { Bytes } from '#domain/base/bytes.ts';
import type { FromDevice, FromRelay, RelayInfo } from '#protocol/wire.ts';

/** `code` as in RFC 6455; 1006 if the connection broke. */
export interface SocketEnd {
	readonly code: number;
}

export interface RelaySocketEvents {
	/** Decoded; an invalid frame ends the socket instead. */
	frame(frame: FromRelay): void;
	/** One whole binary frame. */
	part(bytes: Bytes): void;
	/** Called once, and no event after it. */
	ended(ended: SocketEnd): void;
}

export interface RelaySocket {
	/** The origin connected to, such as `https://cam.local:8443`; a login proof is bound to it. */
	readonly origin: string;
	/** No effect once it has ended. */
	send(frame: FromDevice): void;
	sendPart(bytes: Bytes): void;
	/** Bytes not sent yet. */
	readonly waiting: number;
	close(): void;
}

/**
 * Connects to relays. Throws `Fault`: `offline`, `timeout` (3 s), `not-found` (no relay there),
 * `denied` by the page's policy.
 */
export interface Relays {
	/** `null`: a server that is not a relay. */
	info(origin: string): Promise<RelayInfo | null>;
	connect(origin: string, events: RelaySocketEvents): Promise<RelaySocket>;
}
