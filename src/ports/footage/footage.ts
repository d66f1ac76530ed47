import type { CameraId } from '#domain/base/ids.ts';
import type { Run } from '#domain/footage/run.ts';
import type { Segment, SegmentKey, StoredBytes } from '#domain/footage/segment.ts';

/**
 * Sealed footage of one origin, to be read: this device's store, or another device or server that
 * holds a copy.
 *
 * Throws `Fault`: `timeout` and `unavailable` (the origin did not answer), `corrupt`.
 */
export interface Footage {
	/** Cameras with footage here. */
	cameras(): Promise<CameraId[]>;
	/**
	 * Runs that touch [fromUs, toUs), in recording order. Cost is independent of the number of
	 * segments.
	 */
	runs(camera: CameraId, fromUs?: number, toUs?: number): Promise<Run[]>;
	/** Segments that touch [fromUs, toUs), in recording order, including bad ones. */
	between(camera: CameraId, fromUs: number, toUs: number): Promise<Segment[]>;
	/** The good segment that covers `us`, else the next good one, else `null`. */
	firstAt(camera: CameraId, us: number): Promise<Segment | null>;
	/**
	 * Sealed bytes and head of a segment, or of the init section (`seq` 0); `null` if there are none.
	 * Throws `corrupt` for what cannot be read.
	 */
	read(segment: SegmentKey): Promise<StoredBytes | null>;
	/**
	 * Says that a segment from here is missing or does not open: this origin does without it from now
	 * on, and its run has a hole. `false`: it is not here any more, or known to be bad.
	 */
	damaged(segment: SegmentKey): Promise<boolean>;
	/** Notifies when runs or segments here change. Returns an unsubscribe function. */
	watch(changed: () => void): () => void;
}
