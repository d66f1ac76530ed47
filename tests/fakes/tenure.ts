/* eslint-disable @typescript-eslint/require-await -- async turns what is thrown into a rejection, as in the real one */
import type { CameraId } from '#domain/base/ids.ts';
import type { Tenure } from '#ports/device/tenure.ts';

/** One tab of several: tabs of one browser share `taken`. */
export class MemoryTenure implements Tenure {
	readonly #taken: Set<CameraId>;

	constructor(taken = new Set<CameraId>()) {
		this.#taken = taken;
	}

	async take(camera: CameraId): Promise<(() => void) | null> {
		if (this.#taken.has(camera)) return null;
		this.#taken.add(camera);
		let mine = true;
		return () => {
			if (mine) this.#taken.delete(camera);
			mine = false;
		};
	}

	async taken(camera: CameraId): Promise<boolean> {
		return this.#taken.has(camera);
	}
}
