import { bytesOf } from '#domain/base/bytes.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
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
import type { HomeSecret } from './identity.ts';

interface NameKey {
	readonly home: HomeId;
	readonly number: number;
	readonly key: Promise<SealKey>;
}

/** Seals and opens what people call things. Names are stored nowhere in clear, not even here. */
export class NameSealer {
	readonly #crypto: Crypto;
	readonly #keys: readonly NameKey[];

	/** The first one seals; all open, because a name keeps the key it was given under. */
	constructor(crypto: Crypto, secrets: readonly HomeSecret[]) {
		this.#crypto = crypto;
		this.#keys = secrets.map(({ home, number, secret }) => {
			const key = crypto.deriveSealKey(secret, bytesOf(home), NAME_KEY_INFO);
			key.catch(() => undefined);
			return { home, number, key };
		});
	}

	/** Throws `malformed` for a name of nothing but spaces; a name too long is cut. */
	async seal(subject: CameraId | DeviceId, name: string): Promise<Bytes> {
		const [newest] = this.#keys;
		if (newest === undefined) throw new Fault('not-found', 'a home key is not here');
		const nonce = this.#crypto.random(NAME_NONCE_BYTES);
		const aad = nameAad(newest.home, subject);
		const plain = padName(encodeName(name));
		const ciphertext = await this.#crypto.seal(await newest.key, nonce, aad, plain);
		return buildName({ homeKey: newest.number, nonce, ciphertext });
	}

	/** Throws `corrupt`, `malformed`, or `not-found` where its home key is not here. */
	async open(subject: CameraId | DeviceId, sealed: Bytes): Promise<string> {
		const { homeKey, nonce, ciphertext } = parseName(sealed);
		// A name does not say which home it was given in; numbers begin anew in each.
		let failed = new Fault('not-found', 'a home key is not here');
		for (const { home, number, key } of this.#keys) {
			if (number !== homeKey) continue;
			try {
				const aad = nameAad(home, subject);
				const plain = await this.#crypto.open(await key, nonce, aad, ciphertext);
				return plainName(new TextDecoder('utf-8', { fatal: false }).decode(unpadName(plain)));
			} catch (error) {
				if (!(error instanceof Fault)) throw error;
				failed = error;
			}
		}
		throw failed;
	}

	/** For a newcomer: its name, or with a number where another device has it (PR32). */
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

	/** A name that does not open is no name: it can be given again. */
	async nameOrNull(subject: CameraId | DeviceId, sealed: Bytes): Promise<string | null> {
		try {
			return (await this.open(subject, sealed)) || null;
		} catch (error) {
			if (error instanceof Fault) return null;
			throw error;
		}
	}
}

function encodeName(name: string): Bytes {
	const tidy = plainName(name.normalize('NFC').replace(/\s+/gu, ' ')).trim();
	if (tidy === '') throw new Fault('malformed', 'an empty name');
	let utf8 = new TextEncoder().encode(tidy);
	// Letter by letter, so that no letter is cut in half.
	const letters = Array.from(new Intl.Segmenter().segment(tidy), ({ segment }) => segment);
	while (utf8.length > MAX_NAME_BYTES) {
		letters.pop();
		utf8 = new TextEncoder().encode(letters.join('').trim());
	}
	return utf8;
}
