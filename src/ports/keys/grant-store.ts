import type { Bytes } from '#domain/base/bytes.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';

/** An epoch key of an own camera, granted to another member. */
export interface StoredGrant {
	/** Of the epoch. */
	readonly number: number;
	readonly recipient: DeviceId;
	/** docs/spec/identity.md, "Grants". */
	readonly grant: Bytes;
}

/**
 * Grants beside the footage of this device's cameras, as long as there is any. Throws `Fault` like
 * `SegmentStore`.
 */
export interface GrantStore {
	/** In order of number; damaged rows are left out. */
	of(camera: CameraId): Promise<StoredGrant[]>;
	/** Of an epoch and a recipient the first stays. */
	add(camera: CameraId, grants: readonly StoredGrant[]): Promise<void>;
	/** All of these epochs. */
	delete(camera: CameraId, numbers: readonly number[]): Promise<void>;
}
