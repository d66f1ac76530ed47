import type { Bytes } from '#domain/base/bytes.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { SeqRange } from '#domain/sync/seq-ranges.ts';
import type { SignedSpan } from './sidecar-archive.ts';

/** Segments of one page that are durable there. */
export interface ArchivedPage {
	readonly runNo: number;
	/** Wall minute since 1970. */
	readonly minute: number;
	/** Rises with every write to the archive. */
	readonly change: number;
	/** Ranges that include both ends, in ascending order. */
	readonly seqs: readonly SeqRange[];
	/** What was there and is not wanted again: it had to leave, or a person deleted it. */
	readonly withdrawn: readonly SeqRange[];
}

export interface ArchivedPages {
	/** Another id is another store: what the one before acknowledged does not count. */
	readonly store: string;
	/** At most a day of pages at once, oldest change first; also those of which all is gone. */
	readonly pages: readonly ArchivedPage[];
	readonly more: boolean;
	/** Runs of which segments are there, but no init section. */
	readonly withoutInit: readonly number[];
}

/**
 * `full`: later, perhaps. `old`: there is no room for what is older than all that is kept of this
 * camera (RS7). `invalid` and `conflict`: never as it is.
 */
export type ArchiveRefusal = 'invalid' | 'conflict' | 'full' | 'old';

export interface ArchiveResult {
	readonly store: string;
	/** Numbers of segments that are durable there now. */
	readonly kept: readonly number[];
	readonly refused: readonly { readonly seq: number; readonly why: ArchiveRefusal }[];
}

/**
 * A copy of sealed footage elsewhere, as the camera that recorded it writes it. Nothing can be read
 * there without keys.
 *
 * Throws `Fault`: `offline`, `timeout`, `denied` (this device may not record), `unavailable`.
 */
export interface FootageArchive {
	/** What it has of a camera, of the changes after `since`; 0: all. */
	have(camera: CameraId, since: number): Promise<ArchivedPages>;
	/**
	 * Sends segment records of one run (docs/spec/sync.md), at most 64 and 16 MiB. `runRecord`:
	 * signed; `null`: unchanged. Resolves when all that it kept survives a power cut.
	 */
	put(
		camera: CameraId,
		runNo: number,
		runRecord: Bytes | null,
		records: Bytes,
	): Promise<ArchiveResult>;
	/** The record of one segment of this device's camera; `null`: it does not have it. */
	read(camera: CameraId, runNo: number, seq: number): Promise<Bytes | null>;
}

export interface ReadableCamera {
	readonly camera: CameraId;
	/** In its packs; 0: there is no footage of it. */
	readonly bytes: number;
	/** Signed camera card; `null`: it sent none. */
	readonly card: Bytes | null;
}

export interface ReadableRun {
	readonly runNo: number;
	/** Signed run record; `null`: it sent none. */
	readonly record: Bytes | null;
	readonly firstSeq: number;
	readonly lastSeq: number;
	/** Of what is here, µs since 1970. */
	readonly startUs: number;
	readonly endUs: number;
	/** Sealed, the init section included. */
	readonly bytes: number;
}

export interface ReadablePage {
	readonly runNo: number;
	/** Wall minute since 1970. */
	readonly minute: number;
	/** Index entries; their `place` means nothing outside the archive. */
	readonly entries: Bytes;
}

/**
 * An archive of sealed footage, as a member of the home reads it. Nothing of what it says is
 * checked. Minutes are wall minutes since 1970 and include both ends.
 *
 * Throws `Fault`: `offline`, `timeout`, `denied` (this device may not see saved footage),
 * `unavailable`.
 */
export interface FootageReader {
	/** `change`: rises with every write to the archive. */
	cameras(): Promise<{
		readonly store: string;
		readonly change: number;
		readonly cameras: readonly ReadableCamera[];
	}>;
	/** Runs with footage in these minutes. */
	runs(camera: CameraId, from: number, to: number): Promise<readonly ReadableRun[]>;
	/** At most a day of minutes. */
	pages(camera: CameraId, from: number, to: number): Promise<readonly ReadablePage[]>;
	/** Segment records, at most 64, as many as there are; 0 is the init section. */
	records(camera: CameraId, runNo: number, first: number, last: number): Promise<Bytes>;
	/**
	 * Sidecar records, the first of each `everyS` seconds since 1970 (0: all), of at most an hour;
	 * from one a minute on, of 720 times as long.
	 */
	thumbnails(camera: CameraId, from: number, to: number, everyS: number): Promise<Bytes>;
	/** Sidecar records. */
	events(camera: CameraId, from: number, to: number): Promise<Bytes>;
	spans(camera: CameraId): Promise<readonly SignedSpan[]>;
	/** Granted to this device, or to the home's recovery kit: that is for owners. */
	grants(camera: CameraId, to: 'this' | 'kit'): Promise<readonly Bytes[]>;
}
