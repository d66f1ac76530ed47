import type { Fault } from '#domain/base/fault.ts';

/** Something to play: a media playlist and a loader for its resources. */
export interface Reel {
	/** Media playlist (RFC 8216); its URIs are keys for `load`. */
	readonly m3u8: string;
	/** Bytes of one resource, used for display only. A rejection ends loading (`failed`). */
	load(key: string, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}

export type PlaybackScreenEvent =
	/** A frame was painted; its presentation time on the playlist timeline. */
	| { readonly kind: 'frame'; readonly positionS: number }
	/**
	 * Actual offset of the segment at `key`: media time minus playlist position. Sound that starts
	 * slightly before the video shifts it from what the playlist says.
	 */
	| { readonly kind: 'placed'; readonly key: string; readonly offsetS: number }
	/** Playback reached the end of the playlist. */
	| { readonly kind: 'ended' }
	/** Playback started or paused without a call: media key, system, or hidden page. */
	| { readonly kind: 'moving'; readonly moving: boolean }
	/** Loading stopped; what is buffered plays on. `key`: the resource that failed, if known. */
	| {
			readonly kind: 'failed';
			readonly why: 'load' | 'media';
			readonly fault: Fault;
			readonly key: string | null;
	  }
	/** After `failed`: the buffer has run empty. */
	| { readonly kind: 'starved' };

/**
 * Displays footage. Positions are seconds on the playlist timeline. Pending calls reject with
 * `Fault` `aborted` on another `show`, `seek` or `clear`, and with the fault of a `failed` event.
 * They have no deadline of their own: pass a signal.
 */
export interface PlaybackScreen {
	/** Replaces the playlist. Resolves when the frame at the position is painted; paused. */
	show(playlist: Reel, positionS: number, signal: AbortSignal): Promise<void>;
	/** Resolves when the frame at the position is painted. Keeps playing if it was playing. */
	seek(positionS: number, signal: AbortSignal): Promise<void>;
	/** Throws `denied` if the browser requires a user gesture first. */
	play(signal: AbortSignal): Promise<void>;
	pause(): void;
	/** Playback rate, kept across playlists; 1 is real time. */
	rate(rate: number): void;
	/** Loads the code that playback needs, ahead of time. */
	preload(): void;
	on(listener: (event: PlaybackScreenEvent) => void): () => void;
	/** Clears the picture and frees all buffers. */
	clear(): void;
}
