import type { CameraId, DeviceId } from '#domain/base/ids.ts';

/** The newest picture that this device showed of another device's camera. */
export interface LastPicture {
	readonly camera: CameraId;
	readonly device: DeviceId;
	/** When it was captured, by this device's clock: wall ms. */
	readonly atMs: number;
	/** JPEG, at most 20 kB. */
	readonly jpeg: Uint8Array<ArrayBuffer>;
}

/**
 * Keeps them sealed under a key that cannot leave the browser. Throws `Fault`: `unavailable`,
 * `timeout`, `quota`, `unsupported` where the browser cannot store such a key.
 */
export interface LastPictureStore {
	/** `null`: none, damaged, or its key is gone. */
	read(camera: CameraId): Promise<LastPicture | null>;
	/** Replaces the camera's picture unless the stored one is newer. Keeps the newest 64 of all. */
	write(picture: LastPicture): Promise<void>;
	/** Deletes all others. */
	keepOnly(wanted: (of: Pick<LastPicture, 'camera' | 'device'>) => boolean): Promise<void>;
}
