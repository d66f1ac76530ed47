import type { FromRelay } from '#protocol/wire.ts';

/** A socket as the conversation sees it. What is sent to a closed one is dropped. */
export interface ClientConnection {
	/** More waits to go than should (RL9). */
	readonly slow: boolean;
	send(frame: FromRelay): void;
	sendBytes(frame: Uint8Array): void;
	close(code: number): void;
}
