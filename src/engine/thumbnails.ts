import type { Bytes } from '#domain/bytes.ts';
import { Fault } from '#domain/fault.ts';
import type { CameraId, HomeId, RunId } from '#domain/ids.ts';
import type { Crypto, Secret } from '#ports/crypto.ts';
import type { StoredThumbnail, ThumbnailMaker, Thumbnails } from '#ports/thumbnails.ts';
import { deriveKey, sealPayload } from './seal.ts';

/** Rules: docs/spec/thumbnails.md. */
const EVERY_US = 5_000_000;
/** So often in a row without a picture, and this take gets none. */
const MOST_FAILURES = 3;

interface Basis {
	readonly home: HomeId;
	readonly camera: CameraId;
	readonly epoch: number;
	readonly secret: Secret;
	readonly runId: RunId;
}

/** Seals thumbnails of one camera; they have a run of their own. */
export class ThumbnailSealer {
	readonly #crypto: Crypto;
	readonly #basis: Basis;
	#seq = 0;

	constructor(crypto: Crypto, basis: Basis) {
		this.#crypto = crypto;
		this.#basis = basis;
	}

	async seal(wallUs: number, jpeg: Bytes): Promise<StoredThumbnail> {
		const { home, camera, epoch, secret, runId } = this.#basis;
		const seq = this.#seq;
		// Used up whatever becomes of it: a position is sealed once.
		this.#seq += 1;
		const position = { home, camera, runId, epoch, kind: 'thumbnail', seq } as const;
		const key = await deriveKey(this.#crypto, secret, position);
		const times = { wallMs: Math.floor(wallUs / 1000), durationUs: 0 };
		const facts = { keyFrame: true, sound: false, timescale: 1_000_000, durationTicks: 0 };
		const payload = { ...facts, mediaTicks: wallUs, body: jpeg };
		return { wallUs, bytes: await sealPayload(this.#crypto, key, position, times, payload) };
	}
}

export interface ThumbnailingTools {
	readonly maker: ThumbnailMaker;
	readonly thumbnails: Thumbnails;
	readonly sealerOf: (camera: CameraId) => Promise<ThumbnailSealer>;
}

/** Makes a thumbnail every few seconds of what one take records; never in its way. */
export class Thumbnailing {
	readonly #tools: ThumbnailingTools;
	readonly #camera: CameraId;
	readonly #init: Bytes;
	#sealer: Promise<ThumbnailSealer> | null = null;
	#lastUs = -Infinity;
	#busy = false;
	#failures = 0;

	constructor(tools: ThumbnailingTools, camera: CameraId, init: Bytes) {
		this.#tools = tools;
		this.#camera = camera;
		this.#init = init;
	}

	/** A fragment that is saved and begins with a key frame at `startUs`. Nobody needs to wait for it. */
	async offer(fragment: Bytes, startUs: number): Promise<void> {
		const due = startUs - this.#lastUs >= EVERY_US;
		if (!due || this.#busy || this.#failures >= MOST_FAILURES) return;
		this.#lastUs = startUs;
		this.#busy = true;
		await this.#make(fragment, startUs).finally(() => (this.#busy = false));
	}

	async #make(fragment: Bytes, startUs: number): Promise<void> {
		const { maker, thumbnails, sealerOf } = this.#tools;
		try {
			const jpeg = await maker.picture(this.#init, fragment);
			this.#sealer ??= sealerOf(this.#camera);
			const sealer = await this.#sealer;
			await thumbnails.put(this.#camera, await sealer.seal(startUs, jpeg));
			this.#failures = 0;
		} catch (error) {
			// The footage is saved; that its picture is not is no reason to trouble anybody.
			this.#failures += 1;
			if (!(error instanceof Fault)) throw error;
		}
	}
}
