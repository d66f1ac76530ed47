import { bytesOf } from '#domain/base/bytes.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import { expectFault, Fault } from '#domain/base/fault.ts';
import type { CameraId, DeviceId, HomeId } from '#domain/base/ids.ts';
import {
	buildName,
	freeName,
	MAX_NAME_BYTES,
	NAME_KEY_INFO,
	NAME_NONCE_BYTES,
	nameAad,
	padName,
	parseName,
	unpadName,
} from '#domain/home/name.ts';
import { plainName } from '#domain/home/plain-name.ts';
import type { Crypto, SealKey } from '#ports/keys/crypto.ts';
import type { KeptCamera } from '#ports/keys/vault.ts';
import type { HomeSecret } from './identity.ts';

interface NameKey {
	readonly home: HomeId;
	readonly number: number;
	readonly key: Promise<SealKey>;
}

export interface NamedCamera {
	readonly id: CameraId;
	/** 1 for the device's first camera. */
	readonly number: number;
	/** Opened; `null`: no name yet. */
	readonly name: string | null;
}

/** Seals and opens names. Names are never stored in the clear. */
export class NameSealer {
	readonly #crypto: Crypto;
	readonly #keys: readonly NameKey[];

	/** The first secret seals; all of them open, because names keep the key they were sealed with. */
	constructor(crypto: Crypto, secrets: readonly HomeSecret[]) {
		this.#crypto = crypto;
		this.#keys = secrets.map(({ home, number, secret }) => {
			const key = crypto.deriveSealKey(secret, bytesOf(home), NAME_KEY_INFO);
			key.catch(() => undefined);
			return { home, number, key };
		});
	}

	/** Throws `malformed` for a blank name; truncates one that is too long. */
	async seal(subject: CameraId | DeviceId, name: string): Promise<Bytes> {
		const [newest] = this.#keys;
		if (newest === undefined) throw new Fault('not-found', 'no home key to seal the name with');
		const nonce = this.#crypto.random(NAME_NONCE_BYTES);
		const aad = nameAad(newest.home, subject);
		const plain = padName(encodeName(name));
		const ciphertext = await this.#crypto.seal(await newest.key, nonce, aad, plain);
		return buildName({ homeKey: newest.number, nonce, ciphertext });
	}

	/** Throws `corrupt`, `malformed`, or `not-found` when its home key is not here. */
	async open(subject: CameraId | DeviceId, sealed: Bytes): Promise<string> {
		const { homeKey, nonce, ciphertext } = parseName(sealed);
		// A sealed name does not say its home, and key numbers restart in each.
		let failed = new Fault('not-found', `no home key ${homeKey} to open the name with`);
		for (const { home, number, key } of this.#keys) {
			if (number !== homeKey) continue;
			try {
				const aad = nameAad(home, subject);
				const plain = await this.#crypto.open(await key, nonce, aad, ciphertext);
				return plainName(new TextDecoder('utf-8', { fatal: false }).decode(unpadName(plain)));
			} catch (error) {
				expectFault(error);
				failed = error;
			}
		}
		throw failed;
	}

	/** Name for a joining device, numbered if another device has it already (PR32). */
	async freeName(
		newcomer: DeviceId,
		name: string,
		devices: ReadonlyMap<DeviceId, { readonly detail: Bytes }>,
	): Promise<string> {
		const taken: string[] = [];
		for (const [device, { detail }] of devices) {
			if (device === newcomer || detail.length === 0) continue;
			const other = await this.nameOrNull(device, detail);
			if (other !== null) taken.push(other);
		}
		return freeName(name, taken);
	}

	/** `null`: does not open. The device can be named again. */
	async nameOrNull(subject: CameraId | DeviceId, sealed: Bytes): Promise<string | null> {
		try {
			return (await this.open(subject, sealed)) || null;
		} catch (error) {
			if (error instanceof Fault) return null;
			throw error;
		}
	}

	/** The cameras in use, and those removed. */
	async namedCameras(kept: readonly KeptCamera[]): Promise<{
		readonly cameras: readonly NamedCamera[];
		readonly removed: readonly NamedCamera[];
	}> {
		const all = await Promise.all(
			kept.map(async ({ id, number, sealedName, removed = false }) => {
				const name = sealedName && (await this.nameOrNull(id, sealedName));
				return { removed, named: { id, number, name } };
			}),
		);
		const those = (gone: boolean) =>
			all.filter(({ removed }) => removed === gone).map(({ named }) => named);
		return { cameras: those(false), removed: those(true) };
	}
}

function encodeName(name: string): Bytes {
	const tidy = plainName(name.normalize('NFC').replace(/\s+/gu, ' ')).trim();
	if (tidy === '') throw new Fault('malformed', 'name is blank');
	let utf8 = new TextEncoder().encode(tidy);
	// Truncate by grapheme cluster.
	const letters = Array.from(new Intl.Segmenter().segment(tidy), ({ segment }) => segment);
	while (utf8.length > MAX_NAME_BYTES) {
		letters.pop();
		utf8 = new TextEncoder().encode(letters.join('').trim());
	}
	return utf8;
}
