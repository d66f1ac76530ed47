import type { CameraId } from '#domain/base/ids.ts';
import type { PlannedEviction, EvictionLimits } from '#domain/storage/eviction-plan.ts';
import type { Run, RunEnd, RunStart } from '#domain/footage/run.ts';
import type { SealedSegment, Segment, StoredBytes } from '#domain/footage/segment.ts';

/** What an eviction pass deleted. */
export interface EvictionResult {
	readonly segments: number;
	readonly bytes: number;
	/** Wall-time span of the deleted footage; `null` when nothing was deleted. */
	readonly span: { readonly startUs: number; readonly endUs: number } | null;
}

/**
 * The footage of this device: bytes, index pages and runs. Everything that belongs to one segment
 * is written in one strict transaction: once the promise resolves it survives a power cut.
 *
 * Throws `Fault`: `quota` (no room; nothing was written), `timeout` and `unavailable` (the database
 * did not answer, even after reopening and retrying), `conflict` (out of order), `corrupt`.
 */
export interface SegmentStore {
	/**
	 * Opens a run with its sealed init section. Throws `conflict` unless `runNo` is above every
	 * earlier one.
	 */
	begin(run: RunStart, init: Pick<SealedSegment, 'bytes' | 'head'>): Promise<Run>;
	/**
	 * Appends the next segment. Throws `conflict` unless `seq` is the run's `lastSeq + 1` and the run
	 * is open.
	 */
	append(camera: CameraId, runNo: number, segment: SealedSegment): Promise<Run>;
	/** Closes a run. A run without segments is deleted with its init section. Idempotent. */
	close(camera: CameraId, runNo: number, why: RunEnd): Promise<void>;

	/** Cameras with footage on this device. */
	cameras(): Promise<CameraId[]>;
	/**
	 * Runs that touch [fromUs, toUs), in recording order. Cost is independent of the number of
	 * segments.
	 */
	runs(camera: CameraId, fromUs?: number, toUs?: number): Promise<Run[]>;
	/** The run recorded last; `null` if there is none. */
	lastRun(camera: CameraId): Promise<Run | null>;
	/** Segments that touch [fromUs, toUs), in recording order, including bad ones. */
	between(camera: CameraId, fromUs: number, toUs: number): Promise<Segment[]>;
	/** The good segment that covers `us`, else the next good one, else `null`. */
	firstAt(camera: CameraId, us: number): Promise<Segment | null>;

	/**
	 * Sealed bytes and head at a place; `null` if there are none. Throws `corrupt` for a row that
	 * cannot be read (wrong type, unreadable blob).
	 */
	read(place: number): Promise<StoredBytes | null>;
	/** Marks a segment `bad`, which leaves a hole in its run. No-op if it does not exist. */
	quarantine(segment: Pick<Segment, 'camera' | 'runNo' | 'seq'>): Promise<void>;

	/** Sealed bytes kept, across all cameras. */
	usedBytes(): Promise<number>;
	/**
	 * Deletes whole index pages in order of writing, oldest first, until at least `bytes` are freed
	 * or `maxPages` are deleted. Never deletes the newest page of an open run, or bytes that the
	 * index does not name.
	 */
	evict(bytes: number, maxPages: number): Promise<EvictionResult>;
	/** Same order, but deletes pages that ended before `beforeUs`, regardless of free space. */
	expire(beforeUs: number, maxPages: number): Promise<EvictionResult>;
	/** What `evict` and `expire` would delete now, to the byte. Deletes nothing. */
	planEviction(limits: EvictionLimits): Promise<PlannedEviction>;

	/**
	 * Notifies when runs or segments change here or in another tab. Returns an unsubscribe function.
	 */
	watch(changed: () => void): () => void;
	/** Number of index rows quarantined since start because they could not be decoded. */
	damagedRows(): number;
	/** Closes the database. */
	dispose(): void;
}
