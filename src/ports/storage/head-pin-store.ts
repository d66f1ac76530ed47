import type { CameraId } from '#domain/base/ids.ts';
import type { HeadPin } from '#domain/sync/head-pin.ts';

/**
 * Persists the highest head that this device has seen of each camera. Damaged rows read as none.
 * Throws `Fault`: `unavailable`, `timeout`, `quota`.
 */
export interface HeadPinStore {
	read(camera: CameraId): Promise<HeadPin | null>;
	all(): Promise<HeadPin[]>;
	/** Raises what is stored, never lowers it. Of more than 256 cameras the newest heads stay. */
	raise(pin: HeadPin): Promise<void>;
}
