import type { Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { BrightnessGrid } from '#domain/recording/tamper.ts';
import type { ThumbnailMaker, ThumbnailStore } from '#ports/footage/thumbnail-store.ts';
import type { SidecarSealer } from '#engine/sealing/sidecar-sealer.ts';

/** Rules: docs/spec/thumbnails.md. */
const INTERVAL_US = 5_000_000;
/** So often in a row without a picture, and this take gets none. */
const MAX_FAILURES = 3;

export interface ThumbnailWriterTools {
	readonly maker: ThumbnailMaker;
	readonly thumbnails: ThumbnailStore;
	readonly sealerOf: (camera: CameraId) => Promise<SidecarSealer>;
	/** Called with every picture and its wall time, µs. */
	readonly onBrightness?: (camera: CameraId, look: BrightnessGrid, wallUs: number) => void;
}

/** Makes a thumbnail every few seconds of what one take records; never in its way. */
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
	 * A fragment that is saved and begins with a key frame at `startUs`. Nobody needs to wait for it.
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
			const { jpeg, brightness: look } = await maker.render(this.#init, fragment);
			onBrightness?.(this.#camera, look, startUs);
			this.#sealer ??= sealerOf(this.#camera);
			const sealer = await this.#sealer;
			await thumbnails.put(this.#camera, await sealer.seal('thumbnail', startUs, jpeg));
			this.#failures = 0;
		} catch (error) {
			// The footage is saved; that its picture is not is no reason to trouble anybody.
			this.#failures += 1;
			if (!(error instanceof Fault)) throw error;
		}
	}
}
