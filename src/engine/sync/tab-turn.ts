import { expectFault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { Serial } from '#domain/base/serial.ts';
import type { CameraLock } from '#ports/device/camera-lock.ts';

/**
 * Which tab of this browser uploads for a camera: the one that records it, or any if none does;
 * never two at once.
 */
export class TabTurn {
	readonly #camera: CameraId;
	readonly #records: CameraLock;
	readonly #uploads: CameraLock;
	#release: (() => void) | null = null;
	#unlocked = false;
	#ended = false;
	readonly #serial = new Serial();

	/** `records`: the right to record; `uploads`: a lock of its own. */
	constructor(camera: CameraId, records: CameraLock, uploads: CameraLock) {
		this.#camera = camera;
		this.#records = records;
		this.#uploads = uploads;
	}

	get mine(): boolean {
		return this.#release !== null || this.#unlocked;
	}

	/** `here`: this tab has the lens. Call it now and then: another tab may begin to record. */
	look(here: boolean): Promise<void> {
		// Else a second request could be refused by the lock that the first one got.
		return this.#serial.run(() => (this.#ended ? undefined : this.#look(here)));
	}

	async #look(here: boolean): Promise<void> {
		try {
			const elsewhere = !here && (await this.#records.isHeld(this.#camera));
			if (elsewhere) this.#give();
			else this.#release ??= await this.#uploads.acquire(this.#camera);
			this.#unlocked = false;
		} catch (error) {
			// A browser without Web Locks: a segment that is sent twice is kept once.
			expectFault(error);
			this.#unlocked = error.kind === 'unsupported';
		}
		if (this.#ended) this.#give();
	}

	end(): void {
		this.#ended = true;
		this.#give();
	}

	#give(): void {
		this.#release?.();
		this.#release = null;
	}
}
