import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import { ascii, hexOf, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import { isOrigin } from './code.ts';

/** Layout and rules: docs/spec/kit.md. */
export const KIT_BYTES = 16;
const CHARACTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 26;
/** Grouping of the characters on paper. */
const GROUPS = [5, 5, 5, 5, 6] as const;

/** The content of a recovery kit. */
export interface Kit {
	readonly secret: Bytes;
	/** The relay's origin from a QR code or link; `null`: the kit was typed. */
	readonly relay: string | null;
	/** Whether a passphrase is needed; `null`: unknown, because the kit was typed. */
	readonly guarded: boolean | null;
}

/** Why a text is not a kit: wrong length, invalid character, or wrong checksum. */
export type KitTextError = 'length' | 'character' | 'slip';

/** 26 characters in five groups (KT1). */
export function kitGroups(secret: Uint8Array): readonly string[] {
	if (secret.length !== KIT_BYTES)
		throw new Fault('malformed', `recovery kit secret: ${secret.length} bytes, not ${KIT_BYTES}`);
	let value = (BigInt(`0x${hexOf(secret)}`) << 2n) | BigInt(checkOf(secret));
	let text = '';
	for (let at = 0; at < LENGTH; at += 1) {
		text = CHARACTERS.charAt(Number(value & 31n)) + text;
		value >>= 5n;
	}
	let from = 0;
	return GROUPS.map((length) => text.slice(from, (from += length)));
}

/** Everything is in the fragment, which never reaches a server. */
export function kitLink(app: string, secret: Uint8Array, relay: string, guarded = false): string {
	return `${app}/recover#${guarded ? 'k2' : 'k1'}.${base64urlOf(secret)}.${base64urlOf(ascii(relay))}`;
}

/** Reads what was scanned, pasted or typed. Ignores case, spaces and dashes; accepts O, I and L. */
export function kitFrom(text: string): Kit | KitTextError {
	const tidy = text.trim();
	const behind = tidy.slice(tidy.lastIndexOf('#') + 1);
	if (/^k[12]\./.test(behind)) return linkedKit(behind);
	return typedKit(tidy);
}

/** Normal form for comparison: characters that people confuse become one. */
export function tidyKit(text: string): string {
	return text
		.toUpperCase()
		.replace(/[\s.\u2010-\u2015-]/g, '')
		.replaceAll('O', '0')
		.replace(/[IL]/g, '1');
}

/** Normal form, however it was typed. `null`: none. */
export function tidyPassphrase(text: string): string | null {
	const tidy = text.normalize('NFKC').trim().replace(/\s+/g, ' ');
	return tidy === '' ? null : tidy;
}

function typedKit(text: string): Kit | KitTextError {
	const letters = tidyKit(text);
	const values = Array.from(letters, (letter) => CHARACTERS.indexOf(letter));
	if (values.includes(-1)) return 'character';
	if (values.length !== LENGTH) return 'length';
	const value = values.reduce((sum, each) => (sum << 5n) | BigInt(each), 0n);
	const secret = secretOf(value >> 2n);
	return Number(value & 3n) === checkOf(secret) ? { secret, relay: null, guarded: null } : 'slip';
}

function linkedKit(text: string): Kit | KitTextError {
	const [, secretText, relayText, ...more] = text.split('.');
	if (secretText === undefined || relayText === undefined || more.length > 0) return 'length';
	try {
		const secret = bytesOfBase64url(secretText);
		const relay = String.fromCharCode(...bytesOfBase64url(relayText));
		if (secret.length !== KIT_BYTES) return 'length';
		return isOrigin(relay) ? { secret, relay, guarded: text.startsWith('k2.') } : 'slip';
	} catch {
		return 'character';
	}
}

function secretOf(value: bigint): Bytes {
	const secret = new Uint8Array(KIT_BYTES);
	for (let at = KIT_BYTES - 1, left = value; at >= 0; at -= 1, left >>= 8n) {
		secret[at] = Number(left & 255n);
	}
	return secret;
}

/** Remainder modulo x² + x + 1 over GF(2): detects three typing errors out of four. */
function checkOf(secret: Uint8Array): number {
	let rest = 0;
	for (const byte of secret) {
		for (let bit = 7; bit >= 0; bit -= 1) {
			rest = (rest << 1) | ((byte >> bit) & 1);
			if ((rest & 4) !== 0) rest ^= 7;
		}
	}
	return rest;
}
