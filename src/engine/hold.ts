import type { CameraId } from '#domain/ids.ts';
import type { Segments } from '#ports/segments.ts';
import type { Tenure } from '#ports/tenure.ts';
import { closeLeftOpen } from './lineage.ts';

/** The right to record a camera, while this tab has it. */
export class CameraInHand {
	readonly #tenure: Tenure;
	readonly #segments: Pick<Segments, 'runs' | 'close'>;
	#release: (() => void) | null = null;

	constructor(tenure: Tenure, segments: Pick<Segments, 'runs' | 'close'>) {
		this.#tenure = tenure;
		this.#segments = segments;
	}

	/** False: another tab has it. */
	async take(camera: CameraId): Promise<boolean> {
		this.#release ??= await this.#tenure.take(camera);
		if (this.#release === null) return false;
		// Whoever left them open is gone, or the tenure would not be ours.
		await closeLeftOpen(this.#segments, camera);
		return true;
	}

	async elsewhere(camera: CameraId): Promise<boolean> {
		return this.#release === null && (await this.#tenure.taken(camera));
	}

	release(): void {
		this.#release?.();
		this.#release = null;
	}
}
