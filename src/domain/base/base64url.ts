import { Fault } from './fault.ts';
import type { Bytes } from './bytes.ts';

/** RFC 4648, section 5, without padding. */
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** For the next 12 bits. */
const PAIRS = Array.from(
	{ length: 4096 },
	(_, bits) => LETTERS.charAt(bits >> 6) + LETTERS.charAt(bits & 63),
);
const NONE = 64;
/** By character code. */
const VALUES = new Uint8Array(128).fill(NONE);
for (let at = 0; at < LETTERS.length; at += 1) VALUES[LETTERS.charCodeAt(at)] = at;

export function base64urlOf(bytes: Uint8Array): string {
	const pairs: (string | undefined)[] = [];
	for (let at = 0; at < bytes.length; at += 3) {
		const bits = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
		pairs.push(PAIRS[bits >> 12], PAIRS[bits & 4095]);
	}
	return pairs.join('').slice(0, Math.ceil((bytes.length * 4) / 3));
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
	for (let from = 0; from < text.length; from += 1) {
		const value = VALUES[text.charCodeAt(from)] ?? NONE;
		if (value === NONE) throw new Fault('malformed', 'invalid base64url character');
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
