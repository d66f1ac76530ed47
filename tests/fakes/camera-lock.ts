/* eslint-disable @typescript-eslint/require-await -- async turns what is thrown into a rejection, as in the real one */
import type { CameraId } from '#domain/base/ids.ts';
import type { CameraLock } from '#ports/device/camera-lock.ts';

/** One tab of several; tabs of one browser share `taken`. */
export class MemoryCameraLock implements CameraLock {
	readonly #taken: Set<CameraId>;

	constructor(taken = new Set<CameraId>()) {
		this.#taken = taken;
	}

	async acquire(camera: CameraId): Promise<(() => void) | null> {
		if (this.#taken.has(camera)) return null;
		this.#taken.add(camera);
		let mine = true;
		return () => {
			if (mine) this.#taken.delete(camera);
			mine = false;
		};
	}

	async isHeld(camera: CameraId): Promise<boolean> {
		return this.#taken.has(camera);
	}
}
