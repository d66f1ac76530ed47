import type { FromRelay } from '#protocol/wire.ts';

/** With more bytes queued, a client is slow. */
export const SLOW_BYTES = 1024 * 1024;

/** A socket as a session sees it. Frames sent after it closed are dropped. */
export interface ClientConnection {
	/** Backpressure: too many bytes are queued for it (RL9). */
	readonly slow: boolean;
	send(frame: FromRelay): void;
	sendBytes(frame: Uint8Array): void;
	close(code: number): void;
}
