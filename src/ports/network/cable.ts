import type { Bytes } from '#domain/base/bytes.ts';
import type { Contact } from '#domain/pairing/contact.ts';

export interface ChannelEvents {
	text(text: string): void;
	bytes(bytes: Bytes): void;
	/** Once, and nothing after it. */
	ended(): void;
}

/** One conversation on a cable: whole messages, all of them, in order. */
export interface Channel {
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

export interface CableEvents {
	/** Both ends are connected; once. */
	up(): void;
	/** It never came up, or broke, or the other end closed it; once, and nothing after it. */
	down(): void;
	/** The other end began a conversation. */
	channel(channel: Channel): ChannelEvents;
}

/** One end of a direct connection that carries nothing but conversations. */
export interface Cable {
	readonly contact: Contact;
	/** Begins a conversation. Rejects with `Fault` `offline`. */
	open(events: ChannelEvents): Promise<Channel>;
	/** Tells nobody here; the other end hears that it is down. */
	close(): void;
}

/** Who shows its contact first. */
export interface OfferedCable extends Cable {
	/** Throws `malformed` for what the browser does not take. */
	accept(answer: Contact): Promise<void>;
}

/**
 * Direct connections without anybody in between. Throws `unsupported` without WebRTC, `offline`
 * without a network, `malformed`.
 */
export interface Cables {
	offer(events: CableEvents): Promise<OfferedCable>;
	/** Waits for the other end to accept, as long as the browser lets it. */
	answer(offer: Contact, events: CableEvents): Promise<Cable>;
}
