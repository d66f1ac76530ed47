import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import { ascii, hexOf, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import { isOrigin } from './code.ts';

/** Layout and rules: docs/spec/kit.md. */
export const KIT_BYTES = 16;
const CHARACTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 26;
/** How the characters stand on paper. */
const GROUPS = [5, 5, 5, 5, 6] as const;

/** What a recovery kit says. */
export interface Kit {
	readonly secret: Bytes;
	/** Of the relay, where a QR or a link said it; `null`: it was typed. */
	readonly relay: string | null;
	/** It takes a passphrase, too; `null`: it was typed, and does not say. */
	readonly guarded: boolean | null;
}

/** Why a text is no kit: too short or long, a character there is none of, or a slip. */
export type KitTextError = 'length' | 'character' | 'slip';

/** 26 characters in five groups (KT1). */
export function kitGroups(secret: Uint8Array): readonly string[] {
	if (secret.length !== KIT_BYTES) throw new Fault('malformed', 'not 16 bytes');
	let value = (BigInt(`0x${hexOf(secret)}`) << 2n) | BigInt(checkOf(secret));
	let text = '';
	for (let at = 0; at < LENGTH; at += 1) {
		text = CHARACTERS.charAt(Number(value & 31n)) + text;
		value >>= 5n;
	}
	let from = 0;
	return GROUPS.map((length) => text.slice(from, (from += length)));
}

/** What a QR carries: nothing behind `#` reaches a server. */
export function kitLink(app: string, secret: Uint8Array, relay: string, guarded = false): string {
	return `${app}/recover#${guarded ? 'k2' : 'k1'}.${base64urlOf(secret)}.${base64urlOf(ascii(relay))}`;
}

/** What was scanned, pasted or typed; forgives case, spaces, dashes, and O, I and L. */
export function kitFrom(text: string): Kit | KitTextError {
	const tidy = text.trim();
	const behind = tidy.slice(tidy.lastIndexOf('#') + 1);
	if (/^k[12]\./.test(behind)) return linkedKit(behind);
	return typedKit(tidy);
}

/** As it is compared: what people mistake for each other is the same. */
export function tidyKit(text: string): string {
	return text
		.toUpperCase()
		.replace(/[\s.\u2010-\u2015-]/g, '')
		.replaceAll('O', '0')
		.replace(/[IL]/g, '1');
}

/** As it is mixed in: however it was typed. `null`: none. */
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

/**
 * The rest of the number divided by x² + x + 1 over GF(2): three slips of the pen out of four are
 * told at once.
 */
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
