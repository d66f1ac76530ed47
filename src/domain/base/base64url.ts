import { Fault } from './fault.ts';
import type { Bytes } from './bytes.ts';

/** RFC 4648, section 5, without padding. */
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const VALUES: ReadonlyMap<string, number> = new Map(
	Array.from(LETTERS, (letter, at) => [letter, at] as const),
);

export function base64urlOf(bytes: Uint8Array): string {
	let text = '';
	for (let at = 0; at < bytes.length; at += 3) {
		const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3);
		const bits = (a << 16) | (b << 8) | c;
		for (let sextet = 0; sextet <= Math.min(3, bytes.length - at); sextet += 1) {
			text += LETTERS.charAt((bits >> (18 - 6 * sextet)) & 63);
		}
	}
	return text;
}

/**
 * Throws `malformed` for anything else, including non-zero trailing bits: the encoding is
 * canonical.
 */
export function bytesOfBase64url(text: string): Bytes {
	const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
	let bits = 0;
	let held = 0;
	let at = 0;
	for (const letter of text) {
		const value = VALUES.get(letter);
		if (value === undefined) throw new Fault('malformed', 'invalid base64url character');
		bits = ((bits << 6) | value) & 0xfff_ffff;
		held += 6;
		if (held < 8) continue;
		held -= 8;
		bytes[at] = (bits >> held) & 255;
		at += 1;
	}
	if (text.length % 4 === 1 || (bits & ((1 << held) - 1)) !== 0) {
		throw new Fault('malformed', 'base64url has a bad length or non-zero trailing bits');
	}
	return bytes;
}
