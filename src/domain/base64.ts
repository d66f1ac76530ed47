import type { Bytes } from './bytes.ts';
import { Fault } from './fault.ts';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const VALUES = new Map(Array.from(LETTERS, (letter, value) => [letter.charCodeAt(0), value]));

/** base64url without padding (RFC 4648, section 5): bytes inside JSON and addresses. */
export function base64Of(bytes: Uint8Array): string {
	let text = '';
	for (let at = 0; at < bytes.length; at += 3) {
		const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3);
		const word = (a << 16) | (b << 8) | c;
		const letters = Math.min(4, bytes.length - at + 1);
		for (let letter = 0; letter < letters; letter += 1) {
			text += LETTERS[(word >> (18 - 6 * letter)) & 63] ?? '';
		}
	}
	return text;
}

/** Throws `malformed`, also for a second way to write the same bytes. */
export function bytesOfBase64(text: string): Bytes {
	if (text.length % 4 === 1) throw new Fault('malformed', 'not base64url');
	const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
	let word = 0;
	let bits = 0;
	let at = 0;
	for (let letter = 0; letter < text.length; letter += 1) {
		const value = VALUES.get(text.charCodeAt(letter));
		if (value === undefined) throw new Fault('malformed', 'not base64url');
		word = ((word << 6) | value) & 0xffff;
		bits += 6;
		if (bits < 8) continue;
		bits -= 8;
		bytes[at] = (word >> bits) & 255;
		at += 1;
	}
	if ((word & ((1 << bits) - 1)) !== 0) throw new Fault('malformed', 'not base64url');
	return bytes;
}
