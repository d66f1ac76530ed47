import type { CameraId } from '#domain/base/ids.ts';

/**
 * A segment as the index knows it: one movie fragment, about 1 s, sealed. Within a run `seq` counts
 * from 1 without holes; 0 is the init section.
 */
export interface Segment {
	readonly camera: CameraId;
	/** Rises by one with every run of this camera. Order is (runNo, seq), never the clock. */
	readonly runNo: number;
	readonly seq: number;
	/** Wall time of the first frame, microseconds since 1970. */
	readonly startUs: number;
	readonly durationUs: number;
	/** Sealed bytes. */
	readonly size: number;
	readonly sound: boolean;
	/** Its bytes are missing or do not open. Kept to explain the gap. */
	readonly bad: boolean;
}

/**
 * Names a segment wherever it is stored; of an init section (`seq` 0) any start will do. `startUs`
 * spares a search through the run: it tells the minute, so the index page.
 */
export type SegmentKey = Pick<Segment, 'camera' | 'runNo' | 'seq' | 'startUs'>;

/** What the recorder hands to the store in one write. */
export interface SealedSegment {
	readonly seq: number;
	readonly startUs: number;
	readonly durationUs: number;
	readonly sound: boolean;
	/** One or more sealed slices, exactly as they are synced and opened. */
	readonly bytes: Uint8Array<ArrayBuffer>;
	/** The camera's signed head for this segment (docs/spec/envelope.md). */
	readonly head: Uint8Array<ArrayBuffer>;
}

export interface StoredBytes {
	readonly bytes: Uint8Array<ArrayBuffer>;
	readonly head: Uint8Array<ArrayBuffer>;
}
