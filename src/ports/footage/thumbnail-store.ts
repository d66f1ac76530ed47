import type { CameraId } from '#domain/base/ids.ts';
import type { BrightnessGrid } from '#domain/recording/tamper.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** A small picture of a frame, and how bright it is where. */
export interface RenderedThumbnail {
	readonly jpeg: Bytes;
	readonly brightness: BrightnessGrid;
}

/** Makes a small picture of the key frame that a fragment begins with, off the main thread. */
export interface ThumbnailMaker {
	/**
	 * JPEG, at most 192 pixels wide. The bytes given are copied. Throws `Fault`: `unsupported` (this
	 * browser cannot), `corrupt` (nothing decodes), `timeout`.
	 */
	render(init: Bytes, fragment: Bytes): Promise<RenderedThumbnail>;
	/** Releases its thread until it is needed again. */
	release(): void;
}

/** A sealed thumbnail, and the wall time (µs since 1970) of the frame it shows. */
export interface StoredThumbnail {
	readonly wallUs: number;
	readonly bytes: Bytes;
}

export type FirstOrLast = 'first' | 'last';

/**
 * Sealed thumbnails of this device's cameras. They leave with the footage they show, and the oldest
 * ones when there are too many. Throws `Fault` as `Segments` does.
 */
export interface ThumbnailStore {
	put(camera: CameraId, thumbnail: StoredThumbnail): Promise<void>;
	/**
	 * The first or the last of [fromUs, untilUs]; `null`: there is none, or its footage was deleted.
	 */
	find(
		camera: CameraId,
		which: FirstOrLast,
		fromUs: number,
		untilUs: number,
	): Promise<StoredThumbnail | null>;
	/** How many there are, and their sealed bytes (measured on the newest hundred). */
	size(): Promise<{ readonly count: number; readonly bytes: number }>;
	dispose(): void;
}
