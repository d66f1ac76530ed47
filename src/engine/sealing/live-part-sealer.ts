import { concatBytes, type Bytes } from '#domain/base/bytes.ts';
import type { RunId } from '#domain/base/ids.ts';
import { signedBytes } from '#domain/base/signed.ts';
import {
	beginsWithKey,
	buildLivePart,
	captureSpan,
	type LivePart,
} from '#domain/live/live-part.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import { SidecarSealer, type SidecarBasis } from './sidecar-sealer.ts';

/** Seals the live parts of one camera under one live key. Rules: docs/spec/live.md, LV20, LV21. */
export class LivePartSealer {
	readonly #crypto: Crypto;
	readonly #basis: SidecarBasis;
	readonly #sealer: SidecarSealer;

	constructor(crypto: Crypto, basis: SidecarBasis) {
		this.#crypto = crypto;
		this.#basis = basis;
		this.#sealer = new SidecarSealer(crypto, basis);
	}

	/** Run of the live parts; viewers learn it from the camera (LV21). */
	get runId(): RunId {
		return this.#basis.runId;
	}

	/** Seals one part and appends the camera's signature (LV20). */
	async seal(part: LivePart): Promise<Bytes> {
		const { firstUs } = captureSpan(part);
		const body = buildLivePart(part);
		const { bytes } = await this.#sealer.seal('live', firstUs, body, beginsWithKey(part));
		const signature = await this.#crypto.sign(this.#basis.sign, signedBytes('live', bytes));
		return concatBytes(bytes, signature);
	}
}
