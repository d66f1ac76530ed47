import type { Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Origin } from '#domain/footage/origin.ts';
import type { Gap, Span } from '#domain/footage/span.ts';

/** State of the player as one value; screens derive everything from it. */
export interface PlayerState {
	readonly kind: 'loading' | 'empty' | 'playing' | 'paused' | 'seeking' | 'gap' | 'error';
	/** Wall time of the current frame, ms since 1970. */
	readonly wallMs: number | null;
	/** Where the segment of the current frame was read from; `null`: no frame, or not known. */
	readonly origin: Origin | null;
	/** The gap at the playhead, or the one just skipped. */
	readonly gap: Gap | null;
	readonly fault: Fault | null;
	readonly rate: number;
	/** Segments that did not open and were skipped. */
	readonly skipped: number;
	/** The local day being shown. */
	readonly day: Span | null;
	/** All footage kept up to now: sorted and disjoint. */
	readonly footage: readonly Span[];
	readonly gaps: readonly Gap[];
}

export interface PlayerControls {
	readonly state: PlayerState;
	on(listener: () => void): () => void;
	/** Opens a camera, paused, at a wall time or at its newest footage. */
	open(camera: CameraId, atMs?: number): Promise<void>;
	play(): Promise<void>;
	pause(): void;
	/** Seeks to a wall time; in a gap, to the next footage, with the reason in `gap`. */
	seek(wallMs: number): Promise<void>;
	/** Skips over footage, forward or back; gaps do not count. */
	skip(ms: number): Promise<void>;
	/** To the next or previous frame, paused. */
	step(by: 1 | -1): Promise<void>;
	/** Playback rate from now on; 1 is real time. */
	rate(rate: number): void;
	/** Call after footage was deleted or restored: drops frames that no longer exist. */
	reload(): Promise<void>;
	close(): void;
}

/** State before a camera is opened. */
export const INITIAL_STATE: PlayerState = {
	kind: 'loading',
	wallMs: null,
	origin: null,
	gap: null,
	fault: null,
	rate: 1,
	skipped: 0,
	day: null,
	footage: [],
	gaps: [],
};
