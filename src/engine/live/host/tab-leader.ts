import { faultOf } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { CameraLock } from '#ports/device/camera-lock.ts';

/**
 * Which tab of a device speaks for its camera: letters reach them all (LV19). The one that has the
 * lens does, the first if several have; while none has it, each says that the camera is off.
 */
export class TabLeader {
	readonly #lock: CameraLock;
	readonly #changed: () => void;
	#camera: CameraId | null = null;
	#release: (() => void) | null = null;
	#acquiring: Promise<void> | null = null;

	constructor(tenure: CameraLock, changed: () => void) {
		this.#lock = tenure;
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

	/** Whether what is said to this camera is for this tab to answer. */
	async isLeader(camera: CameraId): Promise<boolean> {
		await this.#acquiring;
		if (this.#release !== null && this.#camera === camera) return true;
		try {
			return !(await this.#lock.isHeld(camera));
		} catch (error) {
			// A browser without locks: better two answers than none.
			faultOf(error);
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
			faultOf(error);
		} finally {
			this.#acquiring = null;
		}
	}
}
