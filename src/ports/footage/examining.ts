import type { CameraId } from '#domain/base/ids.ts';
import type { Entry } from '#domain/footage/index-page.ts';
import type { Run } from '#domain/footage/run.ts';

export interface Examined {
	readonly run: Run & { readonly initSize: number };
	/** Of all its pages, in order. */
	readonly entries: readonly Entry[];
}

/** The store as whoever checks it sees it. Throws `Fault` as `Segments` does. */
export interface Examining {
	/** The place written last; 0: nothing was. */
	newestPlace(): Promise<number>;
	/** Which runs there are, in recording order. */
	keys(): Promise<{ readonly camera: CameraId; readonly runNo: number }[]>;
	/** A run with its index as they stand at one moment; `null`: it is gone. */
	examine(camera: CameraId, runNo: number): Promise<Examined | null>;
	/** Places in (after, upTo] where bytes lie, sorted, at most `most`. */
	places(after: number, upTo: number, most: number): Promise<number[]>;
	/** Bytes at a place; `null`: none. */
	sizeAt(place: number): Promise<number | null>;
	/** Makes a closed run's row again from its pages. False where it is gone, open, or has none. */
	remake(camera: CameraId, runNo: number): Promise<boolean>;
	/** Deletes bytes; how many there were. */
	erase(places: readonly number[]): Promise<number>;
}
