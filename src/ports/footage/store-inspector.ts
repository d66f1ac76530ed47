import type { CameraId } from '#domain/base/ids.ts';
import type { IndexEntry } from '#domain/footage/index-page.ts';
import type { Run } from '#domain/footage/run.ts';

export interface InspectedRun {
	readonly run: Run & { readonly initSize: number };
	/** Of all its pages, in order. */
	readonly entries: readonly IndexEntry[];
}

/** The store as whoever checks it sees it. Throws `Fault` as `Segments` does. */
export interface StoreInspector {
	/** The place written last; 0: nothing was. */
	newestPlace(): Promise<number>;
	/** Which runs there are, in recording order. */
	runKeys(): Promise<{ readonly camera: CameraId; readonly runNo: number }[]>;
	/** A run with its index as they stand at one moment; `null`: it is gone. */
	inspectRun(camera: CameraId, runNo: number): Promise<InspectedRun | null>;
	/** Places in (after, upTo] where bytes lie, sorted, at most `most`. */
	places(after: number, upTo: number, limit: number): Promise<number[]>;
	/** Bytes at a place; `null`: none. */
	sizeAt(place: number): Promise<number | null>;
	/** Makes a closed run's row again from its pages. False where it is gone, open, or has none. */
	rebuildRun(camera: CameraId, runNo: number): Promise<boolean>;
	/** Deletes bytes; how many there were. */
	deleteBytes(places: readonly number[]): Promise<number>;
}
