import type { Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Gap, Span } from '#domain/footage/span.ts';

/** What the player shows. One value; screens derive everything from it. */
export interface PlayerState {
	readonly kind: 'loading' | 'empty' | 'playing' | 'paused' | 'seeking' | 'gap' | 'error';
	/** Wall time of the frame on show, ms since 1970. */
	readonly wallMs: number | null;
	/** The gap the hand stands in or has just jumped over, for a sentence. */
	readonly gap: Gap | null;
	readonly fault: Fault | null;
	readonly rate: number;
	/** Segments that did not open and were skipped. */
	readonly skipped: number;
	/** The local day on show. */
	readonly day: Span | null;
	/** Of all that is kept, up to now: sorted, and they do not touch. */
	readonly footage: readonly Span[];
	readonly gaps: readonly Gap[];
}

export interface PlayerControls {
	readonly state: PlayerState;
	on(listener: () => void): () => void;
	/** Opens a camera at a wall time, or at its newest footage, paused on a frame. */
	open(camera: CameraId, atMs?: number): Promise<void>;
	play(): Promise<void>;
	pause(): void;
	/** Goes to a wall time; in a gap it lands on the next footage and says why (`gap`). */
	seek(wallMs: number): Promise<void>;
	/** Back or forward over footage: gaps do not count. */
	skip(ms: number): Promise<void>;
	/** To the frame before or behind, standing still. */
	step(by: 1 | -1): Promise<void>;
	/** How fast it plays, from now on; 1 is as it happened. */
	rate(rate: number): void;
	/** After footage was deleted or came back: what is gone is not shown any longer. */
	reload(): Promise<void>;
	close(): void;
}

/** Before anything is open. */
export const INITIAL_STATE: PlayerState = {
	kind: 'loading',
	wallMs: null,
	gap: null,
	fault: null,
	rate: 1,
	skipped: 0,
	day: null,
	footage: [],
	gaps: [],
};
