import type { Bytes } from '#domain/base/bytes.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { signedBytes } from '#domain/base/signed.ts';
import { parseCameraCard } from '#domain/sync/camera-card.ts';
import type { ReadableCamera } from '#ports/footage/footage-archive.ts';
import type { Crypto, VerifyKey } from '#ports/keys/crypto.ts';

export interface CameraNamesTools {
	readonly crypto: Pick<Crypto, 'verify'>;
	/** Of the device of a camera, present or past. Throws `not-found`. */
	readonly signerOf: (camera: CameraId) => Promise<VerifyKey>;
	/** `null`: it does not open. */
	readonly open: (camera: CameraId, sealedName: Bytes) => Promise<string | null>;
}

/** Names of cameras that this device may never have met, from what they signed (SY37). */
export class CameraNames {
	readonly #tools: CameraNamesTools;
	readonly #cards = new Map<CameraId, Bytes>();

	constructor(tools: CameraNamesTools) {
		this.#tools = tools;
	}

	/** The cards of an archive, as it said. */
	note(cameras: readonly ReadableCamera[]): void {
		this.#cards.clear();
		for (const { camera, card } of cameras) if (card !== null) this.#cards.set(camera, card);
	}

	/** `null`: no name, or not signed by the camera's device. */
	async of(camera: CameraId): Promise<string | null> {
		const signed = this.#cards.get(camera);
		if (signed === undefined) return null;
		const { crypto, signerOf, open } = this.#tools;
		try {
			const { card, canonical, signature } = parseCameraCard(signed);
			if (card.camera !== camera || card.sealedName.length === 0) return null;
			const covered = signedBytes('camera', canonical);
			if (!(await crypto.verify(await signerOf(camera), signature, covered))) return null;
			return await open(camera, card.sealedName);
		} catch (error) {
			expectFault(error);
			return null;
		}
	}
}
