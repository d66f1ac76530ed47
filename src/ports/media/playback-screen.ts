import type { Fault } from '#domain/base/fault.ts';

/** Something to play: a media playlist, and what its lines name. */
export interface Reel {
	/** RFC 8216; its URIs are keys for `load`. */
	readonly m3u8: string;
	/**
	 * Bytes of one line; used for nothing but showing them. A rejection ends the loading (`failed`).
	 */
	load(key: string, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}

export type PlaybackScreenEvent =
	/** A frame was painted; its presentation time on the playlist's timeline. */
	| { readonly kind: 'frame'; readonly positionS: number }
	/**
	 * Where the piece around `key` really lies: its media time minus its position. Sound that begins
	 * a little before the picture moves it away from what the playlist says.
	 */
	| { readonly kind: 'placed'; readonly key: string; readonly offsetS: number }
	/** The end of the playlist was shown. */
	| { readonly kind: 'ended' }
	/** Moves or stands still by itself: a media key, the system, a hidden page. */
	| { readonly kind: 'moving'; readonly moving: boolean }
	/**
	 * Nothing more comes to the buffer: what is in it plays on. `key`: the line that failed, where it
	 * is known.
	 */
	| {
			readonly kind: 'failed';
			readonly why: 'load' | 'media';
			readonly fault: Fault;
			readonly key: string | null;
	  }
	/** After `failed`: the buffer is empty now. */
	| { readonly kind: 'starved' };

/**
 * Where footage is seen. Positions are seconds on the playlist's timeline. Waiting calls reject
 * with `Fault` `aborted` when another `show`, `seek` or `clear` comes, and with the fault of a
 * `failed`. They have no deadline of their own: give them a signal.
 */
export interface PlaybackScreen {
	/**
	 * Replaces what is shown. Resolves when the frame at the position is painted; it stands still.
	 */
	show(playlist: Reel, positionS: number, signal: AbortSignal): Promise<void>;
	/** Resolves when the frame at the position is painted. Goes on moving if it did. */
	seek(positionS: number, signal: AbortSignal): Promise<void>;
	/** Throws `denied` where the browser wants a person's touch first. */
	play(signal: AbortSignal): Promise<void>;
	pause(): void;
	/** How fast it plays, whatever is shown; 1 is as it happened. */
	rate(rate: number): void;
	/** Loads ahead what showing anything will need. */
	preload(): void;
	on(listener: (event: PlaybackScreenEvent) => void): () => void;
	/** Shows nothing, holds nothing. */
	clear(): void;
}
