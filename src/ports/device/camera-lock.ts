import type { CameraId } from '#domain/base/ids.ts';

/** Who records a camera: at most one tab or window of this browser at a time. */
export interface CameraLock {
	/**
	 * Takes the camera for this tab, or `null` when another tab has it. Given back by the returned
	 * function, or when the tab dies.
	 */
	acquire(camera: CameraId): Promise<(() => void) | null>;
	/** Whether some tab, this one included, has it now. */
	isHeld(camera: CameraId): Promise<boolean>;
}
