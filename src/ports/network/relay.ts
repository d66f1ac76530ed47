import type { Bytes } from '#domain/base/bytes.ts';
import type { FromDevice, FromRelay, RelayInfo } from '#protocol/wire.ts';

/** Code and reason as RFC 6455 has them; 1006 where the line just broke. */
export interface SocketEnd {
	readonly code: number;
}

export interface RelaySocketEvents {
	/** Decoded; what was no frame of ours has ended the socket. */
	frame(frame: FromRelay): void;
	/** A binary frame, whole. */
	part(bytes: Bytes): void;
	/** Once, and nothing after it. */
	ended(ended: SocketEnd): void;
}

export interface RelaySocket {
	/** What the device connected to, as in `https://cam.local:8443`: what it proves itself for. */
	readonly origin: string;
	/** Nothing happens when it has ended. */
	send(frame: FromDevice): void;
	sendPart(bytes: Bytes): void;
	/** Bytes that wait to go. */
	readonly waiting: number;
	close(): void;
}

/**
 * The way to a relay. Throws `Fault`: `offline`, `timeout` (3 s), `not-found` (no relay there),
 * `denied` by the page's policy.
 */
export interface Relays {
	/** Asks what is at an address; `null`: something, but no relay. */
	info(origin: string): Promise<RelayInfo | null>;
	connect(origin: string, events: RelaySocketEvents): Promise<RelaySocket>;
}
