import type { CameraId } from '#domain/base/ids.ts';
import type { BrightnessGrid } from '#domain/recording/tamper.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** A thumbnail and the brightness grid of its frame. */
export interface RenderedThumbnail {
	readonly jpeg: Bytes;
	readonly brightness: BrightnessGrid;
}

/** Renders a thumbnail of a fragment's first key frame, off the main thread. */
export interface ThumbnailMaker {
	/**
	 * Returns a JPEG at most 192 pixels wide. Copies its arguments. Throws `Fault`: `unsupported` (by
	 * this browser), `corrupt` (nothing decodes), `timeout`.
	 */
	render(init: Bytes, fragment: Bytes): Promise<RenderedThumbnail>;
	/** Releases the worker; the next `render` starts a new one. */
	release(): void;
}

/** A sealed thumbnail and the wall time (µs since 1970) of its frame. */
export interface StoredThumbnail {
	readonly wallUs: number;
	readonly bytes: Bytes;
}

export type FirstOrLast = 'first' | 'last';

/**
 * Sealed thumbnails of this device's cameras. They are deleted with their footage; over the limit,
 * the oldest are deleted. Throws `Fault` like `SegmentStore`.
 */
export interface ThumbnailStore {
	put(camera: CameraId, thumbnail: StoredThumbnail): Promise<void>;
	/**
	 * The first or last thumbnail in [fromUs, untilUs]; `null` if there is none or its footage was
	 * deleted.
	 */
	find(
		camera: CameraId,
		which: FirstOrLast,
		fromUs: number,
		untilUs: number,
	): Promise<StoredThumbnail | null>;
	/** All in [fromUs, untilUs], at most 64, without those whose footage was deleted. */
	between(camera: CameraId, fromUs: number, untilUs: number): Promise<StoredThumbnail[]>;
	/** Number of thumbnails, and their sealed bytes, extrapolated from the newest hundred. */
	size(): Promise<{ readonly count: number; readonly bytes: number }>;
}
