import type { CameraId } from '#domain/base/ids.ts';
import type { IndexEntry } from '#domain/footage/index-page.ts';
import type { Run } from '#domain/footage/run.ts';

export interface InspectedRun {
	readonly run: Run & { readonly initPlace: number; readonly initSize: number };
	/** Entries of all its pages, in order. */
	readonly entries: readonly IndexEntry[];
}

/** Raw view of the store for the store check. Throws `Fault` like `SegmentStore`. */
export interface StoreInspector {
	/** The place written last; 0 if nothing was written. */
	newestPlace(): Promise<number>;
	/** Keys of all runs, in recording order. */
	runKeys(): Promise<{ readonly camera: CameraId; readonly runNo: number }[]>;
	/** A consistent snapshot of a run and its index; `null` if the run no longer exists. */
	inspectRun(camera: CameraId, runNo: number): Promise<InspectedRun | null>;
	/** Places in (after, upTo] that hold bytes, sorted, at most `limit` of them. */
	places(after: number, upTo: number, limit: number): Promise<number[]>;
	/** Size in bytes at a place; `null` if there are none. */
	sizeAt(place: number): Promise<number | null>;
	/** Rebuilds a closed run's row from its pages. `false` if it is gone, open, or has no pages. */
	rebuildRun(camera: CameraId, runNo: number): Promise<boolean>;
	/** Deletes the bytes at these places. Returns the number of bytes deleted. */
	deleteBytes(places: readonly number[]): Promise<number>;
}
