import { bytesOf } from '#domain/bytes.ts';
import type { Bytes } from '#domain/bytes.ts';
import { Fault } from '#domain/fault.ts';
import type { CameraId, DeviceId, HomeId } from '#domain/ids.ts';
import {
	buildName,
	MAX_NAME_BYTES,
	NAME_KEY_INFO,
	NAME_NONCE_BYTES,
	nameAad,
	padName,
	parseName,
	unpadName,
} from '#domain/name.ts';
import type { Crypto, SealKey, Secret } from '#ports/crypto.ts';

/** The only home key there is until members can be revoked. */
const HOME_KEY = 1;

/** Seals and opens what people call things. Names are stored nowhere in clear, not even here. */
export class Naming {
	readonly #crypto: Crypto;
	readonly #home: HomeId;
	readonly #key: Promise<SealKey>;

	constructor(crypto: Crypto, home: HomeId, homeKey: Secret) {
		this.#crypto = crypto;
		this.#home = home;
		this.#key = crypto.derive(homeKey, bytesOf(home), NAME_KEY_INFO);
		this.#key.catch(() => undefined);
	}

	/** Throws `malformed` for a name of nothing but spaces; a name too long is cut. */
	async seal(subject: CameraId | DeviceId, name: string): Promise<Bytes> {
		const nonce = this.#crypto.random(NAME_NONCE_BYTES);
		const aad = nameAad(this.#home, subject);
		const plain = padName(utf8Of(name));
		const ciphertext = await this.#crypto.seal(await this.#key, nonce, aad, plain);
		return buildName({ homeKey: HOME_KEY, nonce, ciphertext });
	}

	/** Throws `corrupt` or `malformed`. */
	async open(subject: CameraId | DeviceId, sealed: Bytes): Promise<string> {
		const { homeKey, nonce, ciphertext } = parseName(sealed);
		if (homeKey !== HOME_KEY) throw new Fault('not-found', 'a home key is not here');
		const aad = nameAad(this.#home, subject);
		const plain = await this.#crypto.open(await this.#key, nonce, aad, ciphertext);
		return new TextDecoder('utf-8', { fatal: false }).decode(unpadName(plain));
	}
}

function utf8Of(name: string): Bytes {
	const tidy = name.normalize('NFC').replace(/\s+/gu, ' ').trim();
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
