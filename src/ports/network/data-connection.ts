import type { Bytes } from '#domain/base/bytes.ts';
import type { PeerDescriptor } from '#domain/pairing/peer-descriptor.ts';

export interface DataChannelEvents {
	text(text: string): void;
	bytes(bytes: Bytes): void;
	/** Once, and nothing after it. */
	ended(): void;
}

/** One conversation on a cable: whole messages, all of them, in order. */
export interface DataChannel {
	/**
	 * Nothing happens when it has ended. A message holds 256 KiB at most; a longer one is not sent.
	 */
	sendText(text: string): void;
	sendBytes(bytes: Bytes): void;
	/** Bytes that wait to go. */
	readonly waiting: number;
	/** What was sent before still arrives. */
	close(): void;
}

export interface DataConnectionEvents {
	/** Both ends are connected; once. */
	up(): void;
	/** It never came up, or broke, or the other end closed it; once, and nothing after it. */
	down(): void;
	/** The other end began a conversation. */
	channel(channel: DataChannel): DataChannelEvents;
}

/** One end of a direct connection that carries nothing but conversations. */
export interface DataConnection {
	readonly descriptor: PeerDescriptor;
	/** Begins a conversation. Rejects with `Fault` `offline`. */
	open(events: DataChannelEvents): Promise<DataChannel>;
	/** Tells nobody here; the other end hears that it is down. */
	close(): void;
}

/** Who shows its contact first. */
export interface OfferedDataConnection extends DataConnection {
	/** Throws `malformed` for what the browser does not take. */
	accept(answer: PeerDescriptor): Promise<void>;
}

/**
 * Direct connections without anybody in between. Throws `unsupported` without WebRTC, `offline`
 * without a network, `malformed`.
 */
export interface DataConnections {
	offer(events: DataConnectionEvents): Promise<OfferedDataConnection>;
	/** Waits for the other end to accept, as long as the browser lets it. */
	answer(offer: PeerDescriptor, events: DataConnectionEvents): Promise<DataConnection>;
}
