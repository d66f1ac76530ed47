import type { Bytes } from '#domain/base/bytes.ts';
import type { PeerDescriptor } from '#domain/pairing/peer-descriptor.ts';

export interface DataChannelEvents {
	text(text: string): void;
	bytes(bytes: Bytes): void;
	/** Called once, and no event after it. */
	ended(): void;
}

/** One reliable, ordered channel of a direct connection. */
export interface DataChannel {
	/** No effect once it has ended. At most 256 KiB; a longer message is not sent. */
	sendText(text: string): void;
	sendBytes(bytes: Bytes): void;
	/** Bytes not sent yet. */
	readonly waiting: number;
	/** What was sent before still arrives. */
	close(): void;
}

export interface DataConnectionEvents {
	/** Both ends are connected. Called once. */
	up(): void;
	/**
	 * It never came up, broke, or was closed by the other end. Called once, and no event after it.
	 */
	down(): void;
	/** The other end opened a channel. */
	channel(channel: DataChannel): DataChannelEvents;
}

/** One end of a direct connection that carries data channels only. */
export interface DataConnection {
	readonly descriptor: PeerDescriptor;
	/** Opens a channel. Rejects with `Fault` `offline`. */
	open(events: DataChannelEvents): Promise<DataChannel>;
	/** Reports no event here; the other end gets `down`. */
	close(): void;
}

/** The end whose descriptor is shown first. */
export interface OfferedDataConnection extends DataConnection {
	/** Throws `malformed` if the browser rejects the answer. */
	accept(answer: PeerDescriptor): Promise<void>;
}

/**
 * Direct connections without a signalling server. Throws `unsupported` without WebRTC, `offline`
 * without a network, `malformed`.
 */
export interface DataConnections {
	offer(events: DataConnectionEvents): Promise<OfferedDataConnection>;
	/** Waits for the other end to accept, for as long as the browser keeps trying. */
	answer(offer: PeerDescriptor, events: DataConnectionEvents): Promise<DataConnection>;
}
