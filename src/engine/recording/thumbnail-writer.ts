import type { Bytes } from '#domain/base/bytes.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { BrightnessGrid } from '#domain/recording/tamper.ts';
import type { ThumbnailMaker, ThumbnailStore } from '#ports/footage/thumbnail-store.ts';
import type { SidecarSealer } from '#engine/sealing/sidecar-sealer.ts';

/** TN3. */
const INTERVAL_US = 5_000_000;
/** TN3: after so many failures in a row, stops making thumbnails. */
const MAX_FAILURES = 3;

export interface ThumbnailWriterTools {
	readonly maker: ThumbnailMaker;
	readonly thumbnails: ThumbnailStore;
	readonly sealerOf: (camera: CameraId) => Promise<SidecarSealer>;
	/** Called for every thumbnail with its brightness grid and its wall time in µs. */
	readonly onBrightness?: (camera: CameraId, grid: BrightnessGrid, wallUs: number) => void;
}

/**
 * Makes a thumbnail of a run every 5 s, without holding up recording. Rules:
 * docs/spec/thumbnails.md.
 */
export class ThumbnailWriter {
	readonly #tools: ThumbnailWriterTools;
	readonly #camera: CameraId;
	readonly #init: Bytes;
	#sealer: Promise<SidecarSealer> | null = null;
	#lastUs = -Infinity;
	#busy = false;
	#failures = 0;

	constructor(tools: ThumbnailWriterTools, camera: CameraId, init: Bytes) {
		this.#tools = tools;
		this.#camera = camera;
		this.#init = init;
	}

	/**
	 * Offers a saved fragment that starts with a key frame at wall time `startUs`, in µs. Need not be
	 * awaited.
	 */
	async offer(fragment: Bytes, startUs: number): Promise<void> {
		const due = startUs - this.#lastUs >= INTERVAL_US;
		if (!due || this.#busy || this.#failures >= MAX_FAILURES) return;
		this.#lastUs = startUs;
		this.#busy = true;
		await this.#make(fragment, startUs).finally(() => (this.#busy = false));
	}

	async #make(fragment: Bytes, startUs: number): Promise<void> {
		const { maker, thumbnails, sealerOf, onBrightness } = this.#tools;
		try {
			const { jpeg, brightness } = await maker.render(this.#init, fragment);
			onBrightness?.(this.#camera, brightness, startUs);
			this.#sealer ??= sealerOf(this.#camera);
			const sealer = await this.#sealer;
			await thumbnails.put(this.#camera, await sealer.seal('thumbnail', startUs, jpeg));
			this.#failures = 0;
		} catch (error) {
			// TN1: the footage is saved; a missing thumbnail is not worth reporting.
			this.#failures += 1;
			expectFault(error);
		}
	}
}
