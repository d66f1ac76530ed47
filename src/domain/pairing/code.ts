import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import { ascii, bytesOf, hexOf, concatBytes, type Bytes } from '#domain/base/bytes.ts';

/** Layout and rules: docs/spec/pairing.md, "Codes". */
const SECRET_BYTES = 32;
const RID_BYTES = 16;
const LOCATOR_LETTERS = '23456789ABCDEFGHJKMNPQRSTVWXYZ';
const LOCATOR_LENGTH = 8;
export const LOCATOR_RANDOM_BYTES = 24;

/** The content of a QR code or link. */
export interface PairingCode {
	/**
	 * `p1`: shown by an owner, `hash` is of its owner key; `n1`: shown by a new device, `hash` is of
	 * its sign and kem keys.
	 */
	readonly kind: 'p1' | 'n1';
	/** Id of the rendezvous at the relay, as hex. */
	readonly rid: string;
	readonly secret: Bytes;
	readonly hash: Bytes;
	/** An origin such as `https://cam.local:8443`. */
	readonly relay: string;
}

export interface TypedCode {
	readonly kind: 'typed';
	readonly locator: string;
}

/** The fragment of the link, without `#`. */
export function pairingCodeText(code: PairingCode): string {
	return `${pairingCodeCore(code)}.${base64urlOf(ascii(code.relay))}`;
}

/** The code without the relay's origin: what the transcript starts with. */
export function pairingCodeCore({ kind, rid, secret, hash }: PairingCode): string {
	return [kind, ...[bytesOf(rid), secret, hash].map(base64urlOf)].join('.');
}

/**
 * Reads a code that was scanned, pasted or typed, also as a whole link. `null`: not a pairing code.
 */
export function pairingCodeFrom(text: string): PairingCode | TypedCode | null {
	const tidy = text.trim();
	const behind = tidy.slice(tidy.lastIndexOf('#') + 1);
	if (/^[pn]1\./.test(behind)) return linkCodeFrom(behind);
	const locator = behind.replace(/[\s-]/g, '').toUpperCase();
	return isLocator(locator) ? { kind: 'typed', locator } : null;
}

function linkCodeFrom(text: string): PairingCode | null {
	const [kind, ...parts] = text.split('.');
	if ((kind !== 'p1' && kind !== 'n1') || parts.length !== 4) return null;
	try {
		const [rid, secret, hash, origin] = parts.map(bytesOfBase64url);
		if (rid?.length !== RID_BYTES || secret?.length !== SECRET_BYTES || hash?.length !== 32) {
			return null;
		}
		const relay = String.fromCharCode(...(origin ?? []));
		return isOrigin(relay) ? { kind, rid: hexOf(rid), secret, hash, relay } : null;
	} catch {
		return null;
	}
}

/** As browsers serialise an origin: no path, no user, no trailing slash. */
export function isOrigin(text: string): boolean {
	return /^https?:\/\/([a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(:\d{1,5})?$/.test(text);
}

function isLocator(text: string): boolean {
	return new RegExp(`^[${LOCATOR_LETTERS}]{${LOCATOR_LENGTH}}$`).test(text);
}

/**
 * A locator of eight letters from `LOCATOR_RANDOM_BYTES` random bytes, without modulo bias. `null`,
 * which practically never happens: too many bytes were rejected.
 */
export function locatorOf(random: Uint8Array): string | null {
	const fair = 256 - (256 % LOCATOR_LETTERS.length);
	const letters = [...random]
		.filter((byte) => byte < fair)
		.slice(0, LOCATOR_LENGTH)
		.map((byte) => LOCATOR_LETTERS.charAt(byte % LOCATOR_LETTERS.length));
	return letters.length === LOCATOR_LENGTH ? letters.join('') : null;
}

/** Its hash is the secret S of a typed code. The relay knows it, so the digits decide (PR17). */
export function locatorBytes(locator: string): Bytes {
	return concatBytes(ascii('spycam/v1/locator\0'), ascii(locator));
}
