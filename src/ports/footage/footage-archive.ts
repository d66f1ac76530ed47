import type { Bytes } from '#domain/base/bytes.ts';
import type { CameraId } from '#domain/base/ids.ts';

/** Segments of one page that are durable there. */
export interface ArchivedPage {
	readonly runNo: number;
	/** Wall minute since 1970. */
	readonly minute: number;
	/** Rises with every write to the archive. */
	readonly change: number;
	/** Ranges that include both ends, in ascending order. */
	readonly seqs: readonly (readonly [number, number])[];
}

export interface ArchivedPages {
	/** Another id is another store: what the one before acknowledged does not count. */
	readonly store: string;
	/** At most a day of pages at once, oldest change first. */
	readonly pages: readonly ArchivedPage[];
	readonly more: boolean;
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
