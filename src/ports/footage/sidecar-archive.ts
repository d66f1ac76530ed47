import type { Bytes } from '#domain/base/bytes.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import type { Span } from '#domain/footage/span.ts';
import type { SpanPurpose } from '#domain/sync/span-statement.ts';

/** A signed pin or removal (docs/spec/sync.md). */
export interface SignedSpan {
	readonly kind: SpanPurpose;
	readonly signed: Bytes;
}

export interface ArchivedSidecars {
	/** Another id is another store: what the one before acknowledged does not count. */
	readonly store: string;
	/** Ask for what came after it. */
	readonly change: number;
	readonly more: boolean;
	/** As `src/domain/sync/sidecar-record.ts` names them. */
	readonly keys: readonly string[];
	readonly spans: readonly SignedSpan[];
}

export interface SidecarResult {
	readonly store: string;
	/** Places of records that it will never take as they are; all others survive a power cut. */
	readonly refused: readonly number[];
}

/** A device read saved footage of a camera; the archive's word, which nobody signed. */
export interface ArchivedLook extends Span {
	readonly id: number;
	readonly device: DeviceId;
	/** By the clock of the archive, ms since 1970. */
	readonly fromMs: number;
	readonly toMs: number;
}

/**
 * What stands beside segments in an archive, as the camera writes it: cards, grants, pins,
 * removals, events and thumbnails. Throws `Fault` like `FootageArchive`, and `quota` when there is
 * no room.
 */
export interface SidecarArchive {
	/** What it has of a camera, of the changes after `since`; 0: all. Deletions are not told. */
	changed(camera: CameraId, since: number): Promise<ArchivedSidecars>;
	/**
	 * Looks at saved footage of the camera by other devices that are over and were not heard yet.
	 * `more`: others go on.
	 */
	looks(
		camera: CameraId,
	): Promise<{ readonly looks: readonly ArchivedLook[]; readonly more: boolean }>;
	/** The camera wrote them down: it does not tell them again. */
	heardLooks(camera: CameraId, ids: readonly number[]): Promise<void>;
	/** Sends sidecar records, at most 1 MiB. */
	put(camera: CameraId, records: Bytes): Promise<SidecarResult>;
}
