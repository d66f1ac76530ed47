import type { CameraId } from '#domain/base/ids.ts';
import type { PlannedEviction, EvictionLimits } from '#domain/storage/eviction-plan.ts';
import type { Run, RunEnd, RunStart } from '#domain/footage/run.ts';
import type { SealedSegment } from '#domain/footage/segment.ts';
import type { Footage } from './footage.ts';

/** What an eviction pass deleted. */
export interface EvictionResult {
	readonly segments: number;
	readonly bytes: number;
	/** Wall-time span of the deleted footage; `null` when nothing was deleted. */
	readonly span: { readonly startUs: number; readonly endUs: number } | null;
	/** What left, page by page. */
	readonly pages?: readonly EvictedPage[];
}

/** An index page that was deleted. */
export interface EvictedPage {
	readonly camera: CameraId;
	readonly runNo: number;
	readonly minute: number;
	readonly segments: readonly { readonly seq: number; readonly size: number }[];
}

/**
 * The footage of this device, and what changes it: bytes, index pages and runs. Everything that
 * belongs to one segment is written in one strict transaction: once the promise resolves it
 * survives a power cut.
 *
 * Throws `Fault`: `quota` (no room; nothing was written), `timeout` and `unavailable` (the database
 * did not answer, even after reopening and retrying), `conflict` (out of order), `corrupt`.
 */
export interface SegmentStore extends Footage {
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

	/** The run recorded last; `null` if there is none. */
	lastRun(camera: CameraId): Promise<Run | null>;
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

	/** Number of index rows quarantined since start because they could not be decoded. */
	damagedRows(): number;
	/** Closes the database. */
	dispose(): void;
}
