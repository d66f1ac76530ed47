import type { CameraId } from '#domain/base/ids.ts';
import type { PlannedEviction, EvictionLimits } from '#domain/storage/eviction-plan.ts';
import type { Run, RunEnd, RunStart } from '#domain/footage/run.ts';
import type { SealedSegment, Segment, StoredBytes } from '#domain/footage/segment.ts';

/** What a pass of retention deleted. */
export interface EvictionResult {
	readonly segments: number;
	readonly bytes: number;
	/** Wall span of what went, or `null` when nothing did. */
	readonly span: { readonly startUs: number; readonly endUs: number } | null;
}

/**
 * The footage of this device: bytes, index pages and runs. Everything that belongs to one segment
 * is written in one strict transaction: after the promise resolved it survives a power cut.
 *
 * Throws `Fault`: `quota` (no room: nothing was written), `timeout` and `unavailable` (the database
 * did not answer; it was reopened and tried again before), `conflict` (out of order), `corrupt`.
 */
export interface SegmentStore {
	/**
	 * Opens a run with its sealed init section. `conflict` unless runNo is above every one before.
	 */
	begin(run: RunStart, init: Pick<SealedSegment, 'bytes' | 'head'>): Promise<Run>;
	/**
	 * Appends the next segment: `conflict` unless its seq is the run's lastSeq + 1 and the run is
	 * open.
	 */
	append(camera: CameraId, runNo: number, segment: SealedSegment): Promise<Run>;
	/** Closes a run. A run without segments disappears with its init section. Twice is harmless. */
	close(camera: CameraId, runNo: number, why: RunEnd): Promise<void>;

	/** Cameras that have footage here. */
	cameras(): Promise<CameraId[]>;
	/**
	 * Runs that touch [fromUs, toUs), in recording order. Cost does not grow with the segments kept.
	 */
	runs(camera: CameraId, fromUs?: number, toUs?: number): Promise<Run[]>;
	/** The run recorded last, or `null`. */
	lastRun(camera: CameraId): Promise<Run | null>;
	/** Segments that touch [fromUs, toUs), in recording order, bad ones included. */
	between(camera: CameraId, fromUs: number, toUs: number): Promise<Segment[]>;
	/** The good segment on show at `us`, else the first one after it, else `null`. */
	firstAt(camera: CameraId, us: number): Promise<Segment | null>;

	/**
	 * Sealed bytes and head at a place, or `null` when there are none. A row that cannot be read
	 * (wrong type, unreadable blob) is `corrupt`.
	 */
	read(place: number): Promise<StoredBytes | null>;
	/** Sets a segment aside: `bad` from now on, a hole in its run. Not there: nothing happens. */
	quarantine(segment: Pick<Segment, 'camera' | 'runNo' | 'seq'>): Promise<void>;

	/** Sealed bytes kept, over all cameras. */
	usedBytes(): Promise<number>;
	/**
	 * Deletes whole index pages, oldest first by order of writing, until at least `bytes` are freed
	 * or `maxPages` are gone. Never touches the newest page of an open run, nor what the index does
	 * not name.
	 */
	evict(bytes: number, maxPages: number): Promise<EvictionResult>;
	/** The same with the pages that ended before `beforeUs`, whatever room there is. */
	expire(beforeUs: number, maxPages: number): Promise<EvictionResult>;
	/** What `evict` and `expire` would delete now, to the byte. Deletes nothing. */
	planEviction(limits: EvictionLimits): Promise<PlannedEviction>;

	/** Tells when runs or segments changed here or in another tab. Returns the way to stop it. */
	watch(changed: () => void): () => void;
	/** Index rows set aside since the start because they could not be understood. */
	damagedRows(): number;
	/** Releases the database. */
	dispose(): void;
}
