import { expectFault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { CameraLock } from '#ports/device/camera-lock.ts';

/**
 * Elects the tab that answers for the device's camera, since messages reach all tabs (LV19): the
 * tab with the lens, or the first of several. While no tab has it, every tab answers that the
 * camera is off.
 */
export class TabLeader {
	readonly #lock: CameraLock;
	readonly #changed: () => void;
	#camera: CameraId | null = null;
	#release: (() => void) | null = null;
	#acquiring: Promise<void> | null = null;

	constructor(lock: CameraLock, changed: () => void) {
		this.#lock = lock;
		this.#changed = changed;
	}

	/** `null`: this tab does not have the lens. */
	setCamera(camera: CameraId | null): void {
		if (camera !== this.#camera) {
			this.#camera = camera;
			this.#release?.();
			this.#release = null;
		}
		if (camera !== null && this.#release === null) this.#acquiring ??= this.#acquire(camera);
	}

	/** Whether this tab answers messages to this camera. */
	async isLeader(camera: CameraId): Promise<boolean> {
		await this.#acquiring;
		if (this.#release !== null && this.#camera === camera) return true;
		try {
			return !(await this.#lock.isHeld(camera));
		} catch (error) {
			// A browser without Web Locks: two answers are better than none.
			expectFault(error);
			return true;
		}
	}

	async #acquire(camera: CameraId): Promise<void> {
		try {
			const release = await this.#lock.acquire(camera);
			if (this.#camera === camera) this.#release = release;
			else release?.();
			if (this.#release !== null) this.#changed();
		} catch (error) {
			expectFault(error);
		} finally {
			this.#acquiring = null;
		}
	}
}
