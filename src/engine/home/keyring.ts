import type { Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId, DeviceId, HomeId } from '#domain/base/ids.ts';
import type { Crypto, Secret } from '#ports/keys/crypto.ts';
import type { Identity, Vault } from '#ports/keys/vault.ts';
import { epochSecret } from './identity.ts';
import { camerasOf } from './keys.ts';
import type { CameraKeys } from '#engine/sealing/opener.ts';
import type { Roster } from './roster.ts';

/**
 * Keys that open footage: of this device's cameras, and of others as granted. Loaded on first use.
 */
export class Keyring {
	readonly #crypto: Crypto;
	readonly #vault: Vault;
	readonly #epochs = new Map<string, Promise<Secret>>();
	/** Sign keys of the cameras' devices. */
	readonly #signers = new Map<CameraId, Bytes>();
	readonly #searched = new Set<DeviceId>();
	#identity: Identity | null = null;
	#rosters: ReadonlyMap<HomeId, Roster> = new Map();
	#homes: ReadonlySet<HomeId> = new Set();

	constructor(crypto: Crypto, vault: Vault) {
		this.#crypto = crypto;
		this.#vault = vault;
	}

	get device(): DeviceId | null {
		return this.#identity?.device ?? null;
	}

	/** Replaces identity and rosters. */
	setIdentity(identity: Identity, rosters: ReadonlyMap<HomeId, Roster>): void {
		this.#identity = identity;
		this.#rosters = rosters;
		this.#homes = new Set(rosters.keys());
	}

	/** Throws `not-found` for a camera of no present or past device of this device's homes. */
	async keysOf(camera: CameraId): Promise<CameraKeys> {
		const signer = await this.#signerOf(camera);
		return {
			homes: this.#identity?.cameras.some(({ id }) => id === camera) ? this.#homes : null,
			verify: await this.#crypto.verifier(signer),
			epoch: (number) => this.#epoch(camera, number, signer),
		};
	}

	async #signerOf(camera: CameraId): Promise<Bytes> {
		for (const roster of this.#rosters.values()) {
			for (const [device, { sign }] of roster.past.devices) {
				if (this.#signers.has(camera)) break;
				if (this.#searched.has(device)) continue;
				for (const one of await camerasOf(this.#crypto, device)) this.#signers.set(one, sign);
				this.#searched.add(device);
			}
		}
		const signer = this.#signers.get(camera);
		if (signer === undefined)
			throw new Fault('not-found', 'no device of this home has that camera');
		return signer;
	}

	#epoch(camera: CameraId, number: number, signer: Bytes): Promise<Secret> {
		const place = `${camera}/${number}`;
		let secret = this.#epochs.get(place);
		if (secret === undefined) {
			secret = this.#fetch(camera, number, signer);
			this.#epochs.set(place, secret);
			// Do not cache failures: the vault may recover, and a grant may still arrive.
			secret.catch(() => this.#epochs.delete(place));
		}
		return secret;
	}

	async #fetch(camera: CameraId, number: number, signer: Bytes): Promise<Secret> {
		const kept = await this.#vault.epoch(camera, number);
		const identity = this.#identity;
		const secret =
			kept && identity && (await epochSecret(this.#crypto, identity, camera, kept, signer));
		if (!secret) throw new Fault('not-found', `no key of epoch ${number}`);
		return secret;
	}
}
