import type { CameraId } from '#domain/base/ids.ts';
import type { SegmentStore } from '#ports/footage/segment-store.ts';
import type { CameraLock } from '#ports/device/camera-lock.ts';
import { closeOpenRuns } from '#engine/sealing/previous-run.ts';
import type { Retention } from '#engine/storage/retention.ts';

interface HeldCameraTools {
	readonly tenure: CameraLock;
	readonly segments: Pick<SegmentStore, 'runs' | 'close'>;
	readonly retention: Pick<Retention, 'withRoom'>;
}

/** The camera lock, while this tab holds it. */
export class HeldCamera {
	readonly #tools: HeldCameraTools;
	#release: (() => void) | null = null;

	constructor(tools: HeldCameraTools) {
		this.#tools = tools;
	}

	/** False: another tab holds it. Throws what `SegmentStore` throws. */
	async acquire(camera: CameraId): Promise<boolean> {
		const { tenure, segments, retention } = this.#tools;
		this.#release ??= await tenure.acquire(camera);
		if (this.#release === null) return false;
		// The tab that left them open is gone, or this one would not have got the lock.
		await retention.withRoom(() => closeOpenRuns(segments, camera));
		return true;
	}

	async isHeldElsewhere(camera: CameraId): Promise<boolean> {
		return this.#release === null && (await this.#tools.tenure.isHeld(camera));
	}

	release(): void {
		this.#release?.();
		this.#release = null;
	}
}
