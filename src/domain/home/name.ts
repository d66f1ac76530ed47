import {
	ascii,
	bytesOf,
	concatBytes,
	ByteReader,
	ByteWriter,
	type Bytes,
} from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId, DeviceId, HomeId } from '#domain/base/ids.ts';
import { plainName } from './plain-name.ts';

/** Layout and rules: docs/spec/identity.md, "Names". */
export const MAX_NAME_BYTES = 190;
export const NAME_NONCE_BYTES = 12;
/**
 * Names are padded to a multiple of this, so that "Nursery" and "Front door" have the same length.
 */
const STEP = 64;
const TAG_BYTES = 16;
/** Including padding. */
export const MAX_PADDED_NAME_BYTES = Math.ceil((2 + MAX_NAME_BYTES) / STEP) * STEP;

/** HKDF `info` under the home key; the salt is the home id. */
export const NAME_KEY_INFO = ascii('name');

export interface SealedName {
	/** Number of the home key it is sealed with. */
	readonly homeKey: number;
	readonly nonce: Bytes;
	/** Including the tag. */
	readonly ciphertext: Bytes;
}

/** Plaintext: length, UTF-8 name, zero padding. Throws `malformed` when the name is too long. */
export function padName(utf8: Uint8Array): Bytes {
	if (utf8.length > MAX_NAME_BYTES)
		throw new Fault('malformed', `name exceeds ${MAX_NAME_BYTES} bytes`);
	const length = Math.ceil((2 + utf8.length) / STEP) * STEP;
	return new ByteWriter(length).u16(utf8.length).put(utf8).bytes;
}

export function unpadName(plain: Uint8Array): Bytes {
	const from = new ByteReader(plain);
	const utf8 = from.take(from.u16());
	from.zeros(plain.length - 2 - utf8.length);
	return utf8;
}

/** Names that compare equal look the same to people: case and white space are ignored. */
function comparableName(name: string): string {
	return plainName(name).normalize('NFC').replace(/\s+/gu, ' ').trim().toLowerCase();
}

/** Compares as people read (PR32). */
export function isTaken(name: string, taken: readonly string[]): boolean {
	const read = comparableName(name);
	return read !== '' && taken.some((other) => comparableName(other) === read);
}

/** The name itself, or with the first free number: "Hall", "Hall 2", "Hall 3" (PR32). */
export function freeName(name: string, taken: readonly string[]): string {
	if (!isTaken(name, taken)) return name;
	const letters = Array.from(name.trim().replace(/ \d{1,4}$/, ''));
	// Truncate the name, not the number appended to it.
	while (utf8Length(letters) > MAX_NAME_BYTES - NUMBER_BYTES) letters.pop();
	const base = letters.join('').trim();
	let number = 2;
	while (isTaken(`${base} ${number}`, taken)) number += 1;
	return `${base} ${number}`;
}

/** A space and four digits. */
const NUMBER_BYTES = 5;

function utf8Length(letters: readonly string[]): number {
	const bytesOf = (code: number) => (code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4);
	return letters.reduce((sum, letter) => sum + bytesOf(letter.codePointAt(0) ?? 0), 0);
}

/** Binds a name to its subject: it cannot be moved to another camera. */
export function nameAad(home: HomeId, subject: CameraId | DeviceId): Bytes {
	return concatBytes(ascii('spycam/v1/name\0'), bytesOf(home), bytesOf(subject));
}

export function buildName(name: SealedName): Bytes {
	return new ByteWriter(4 + NAME_NONCE_BYTES + name.ciphertext.length)
		.u32(name.homeKey)
		.put(name.nonce, NAME_NONCE_BYTES)
		.put(name.ciphertext).bytes;
}

export function parseName(bytes: Uint8Array): SealedName {
	const length = bytes.length - 4 - NAME_NONCE_BYTES;
	const padded = length - TAG_BYTES;
	if (padded < STEP || padded > MAX_PADDED_NAME_BYTES || padded % STEP !== 0) {
		throw new Fault('malformed', 'sealed name has a wrong length');
	}
	const from = new ByteReader(bytes);
	return { homeKey: from.u32(), nonce: from.take(NAME_NONCE_BYTES), ciphertext: from.take(length) };
}
