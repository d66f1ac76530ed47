import type { Bytes } from '#domain/base/bytes.ts';
import type { CameraId, HomeId, RunId } from '#domain/base/ids.ts';
import type { Crypto, Secret, SignKey } from '#ports/keys/crypto.ts';
import { deriveKey, sealPayload } from './run-sealer.ts';

export interface SidecarBasis {
	readonly home: HomeId;
	readonly camera: CameraId;
	readonly epoch: number;
	readonly secret: Secret;
	readonly runId: RunId;
	/** Sign key of the camera's device. */
	readonly sign: SignKey;
}

/** Sealed data that accompanies a camera's footage. */
export type SidecarKind = 'thumbnail' | 'event' | 'live';

/** `wallUs`: µs since 1970. */
export interface SealedSidecar {
	readonly wallUs: number;
	readonly bytes: Bytes;
}

/** Seals thumbnails, events or live parts of one camera, in a run of their own, without heads. */
export class SidecarSealer {
	readonly #crypto: Crypto;
	readonly #basis: SidecarBasis;
	#seq = 0;

	constructor(crypto: Crypto, basis: SidecarBasis) {
		this.#crypto = crypto;
		this.#basis = basis;
	}

	async seal(
		kind: SidecarKind,
		wallUs: number,
		body: Bytes,
		keyFrame = true,
	): Promise<SealedSidecar> {
		const { home, camera, epoch, secret, runId } = this.#basis;
		const seq = this.#seq;
		// Consumed even on failure: a position is sealed only once.
		this.#seq += 1;
		const position = { home, camera, runId, epoch, kind, seq } as const;
		const key = await deriveKey(this.#crypto, secret, position);
		const times = { wallMs: Math.floor(wallUs / 1000), durationUs: 0 };
		const facts = { keyFrame, sound: false, timescale: 1_000_000, durationTicks: 0 };
		const payload = { ...facts, mediaTicks: wallUs, body };
		return { wallUs, bytes: await sealPayload(this.#crypto, key, position, times, payload) };
	}
}
