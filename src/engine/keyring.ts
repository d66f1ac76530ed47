import { Fault } from '#domain/fault.ts';
import type { CameraId, DeviceId } from '#domain/ids.ts';
import type { Crypto, Secret, VerifyKey } from '#ports/crypto.ts';
import type { Identity, Vault } from '#ports/vault.ts';
import { epochSecret } from './founding.ts';
import type { CameraKeys } from './open.ts';

/** The keys that open this device's own footage, fetched when first needed. */
export class Keyring {
	readonly #crypto: Crypto;
	readonly #vault: Vault;
	readonly #identity: Identity;
	readonly #epochs = new Map<string, Promise<Secret>>();
	#verify: Promise<VerifyKey> | null = null;

	constructor(crypto: Crypto, vault: Vault, identity: Identity) {
		this.#crypto = crypto;
		this.#vault = vault;
		this.#identity = identity;
	}

	get device(): DeviceId {
		return this.#identity.device;
	}

	async keysOf(camera: CameraId): Promise<CameraKeys> {
		if (!this.#identity.cameras.some(({ id }) => id === camera)) {
			throw new Fault('not-found', 'the keys of a camera are not here');
		}
		this.#verify ??= this.#crypto.verifier(this.#identity.sign.public);
		return {
			home: this.#identity.home,
			verify: await this.#verify,
			epoch: (number) => this.#epoch(camera, number),
		};
	}

	#epoch(camera: CameraId, number: number): Promise<Secret> {
		const place = `${camera}/${number}`;
		let secret = this.#epochs.get(place);
		if (secret === undefined) {
			secret = this.#fetch(camera, number);
			this.#epochs.set(place, secret);
			// Not remembered: a vault that was away may be back the next time.
			secret.catch(() => this.#epochs.delete(place));
		}
		return secret;
	}

	async #fetch(camera: CameraId, number: number): Promise<Secret> {
		const kept = await this.#vault.epoch(camera, number);
		const secret = kept && (await epochSecret(this.#crypto, this.#identity, camera, kept));
		if (!secret) throw new Fault('not-found', `the key of epoch ${number} is not here`);
		return secret;
	}
}
