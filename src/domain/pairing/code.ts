import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import { ascii, bytesOf, hexOf, concatBytes, type Bytes } from '#domain/base/bytes.ts';

/** Layout and rules: docs/spec/pairing.md, "Codes". */
const SECRET_BYTES = 32;
const RID_BYTES = 16;
const LOCATOR_LETTERS = '23456789ABCDEFGHJKMNPQRSTVWXYZ';
const LOCATOR_LENGTH = 8;
export const LOCATOR_RANDOM_BYTES = 24;

/** What a QR or a link carries. */
export interface PairingCode {
	/**
	 * `p1`: an owner shows it and `hash` is of its owner key; `n1`: a new device does, of its sign
	 * and kem keys.
	 */
	readonly kind: 'p1' | 'n1';
	/** Names the meeting at the relay, as hex. */
	readonly rid: string;
	readonly secret: Bytes;
	readonly hash: Bytes;
	/** As in `https://cam.local:8443`. */
	readonly relay: string;
}

export interface TypedCode {
	readonly kind: 'typed';
	readonly locator: string;
}

/** What stands behind `#`. */
export function pairingCodeText(code: PairingCode): string {
	return `${pairingCodeCore(code)}.${base64urlOf(ascii(code.relay))}`;
}

/** The code without its origin: what the transcript begins with. */
export function pairingCodeCore({ kind, rid, secret, hash }: PairingCode): string {
	return [kind, ...[bytesOf(rid), secret, hash].map(base64urlOf)].join('.');
}

/**
 * What was scanned, pasted or typed, or `null` when it is no code of ours. Takes a whole link, too.
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

/** As browsers write an origin: no path, no user, no trailing slash. */
export function isOrigin(text: string): boolean {
	return /^https?:\/\/([a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(:\d{1,5})?$/.test(text);
}

function isLocator(text: string): boolean {
	return new RegExp(`^[${LOCATOR_LETTERS}]{${LOCATOR_LENGTH}}$`).test(text);
}

/**
 * Eight letters from `LOCATOR_RANDOM_BYTES` random bytes, each as likely as the other: bytes that
 * would favour some are passed over. `null`, about never: too many were.
 */
export function locatorOf(random: Uint8Array): string | null {
	const fair = 256 - (256 % LOCATOR_LETTERS.length);
	const letters = [...random]
		.filter((byte) => byte < fair)
		.slice(0, LOCATOR_LENGTH)
		.map((byte) => LOCATOR_LETTERS.charAt(byte % LOCATOR_LETTERS.length));
	return letters.length === LOCATOR_LENGTH ? letters.join('') : null;
}

/** Hashed, this is S of a typed code: the relay knows it, so the digits decide (PR17). */
export function locatorBytes(locator: string): Bytes {
	return concatBytes(ascii('spycam/v1/locator\0'), ascii(locator));
}
