import type { Bytes } from '#domain/base/bytes.ts';
import type { RelaySocketEvents } from './relay.ts';

/** One end of a connection to a relay, as the relay sees it. */
export interface ServedClient extends RelaySocketEvents {
	/** The origin it connected to; a login proof is bound to it. */
	readonly origin: string;
	/** Bytes not sent to it yet. */
	readonly waiting: number;
}

/** No effect once its client was told that it has ended. */
export interface ServedSocket {
	/** One text frame. An invalid one ends the socket. */
	receiveText(text: string): void;
	/** One whole binary frame. */
	receivePart(bytes: Bytes): void;
	/** The client is gone. What it sent before is still handled, and nothing more is sent to it. */
	gone(): void;
}

/** A relay that this page plays (docs/spec/nearby.md, NB7 to NB9). */
export interface RelayServer {
	/** `null`: too many are open. */
	open(client: ServedClient): ServedSocket | null;
	/** Whether a member is connected to that origin. */
	hasMember(origin: string): boolean;
}
