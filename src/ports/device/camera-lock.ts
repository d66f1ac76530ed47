import type { CameraId } from '#domain/base/ids.ts';

/** A lock per camera: at most one tab or window of this browser holds it. */
export interface CameraLock {
	/**
	 * Acquires the lock for this tab; `null` when another tab holds it. The returned function
	 * releases it, as does the end of the tab.
	 */
	acquire(camera: CameraId): Promise<(() => void) | null>;
	/** Whether any tab, including this one, holds the lock. */
	isHeld(camera: CameraId): Promise<boolean>;
}
