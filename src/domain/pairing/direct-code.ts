import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import { ascii, bytesOf, hexOf, concatBytes, type Bytes } from '#domain/base/bytes.ts';
import { buildDescriptor, parseDescriptor, type PeerDescriptor } from './peer-descriptor.ts';
import { Fault } from '#domain/base/fault.ts';

/** Codes for two devices without a relay. Layout and rules: docs/spec/nearby.md. */
const RID_BYTES = 16;
const SECRET_BYTES = 32;

/**
 * Shown first, by an owner (`p2`) or a new device (`n2`): `p1` and `n1` with a peer descriptor in
 * place of a relay.
 */
export interface DirectPairingCode {
	readonly kind: 'p2' | 'n2';
	readonly rid: string;
	readonly secret: Bytes;
	readonly hash: Bytes;
	readonly descriptor: PeerDescriptor;
}

/** `c2`: shown first, by a member to another member; `a2`: the answer to any of these codes. */
export interface DirectConnectionCode {
	readonly kind: 'c2' | 'a2';
	readonly rid: string;
	readonly descriptor: PeerDescriptor;
}

export type DirectCode = DirectPairingCode | DirectConnectionCode;

export function directCodeText(code: DirectCode): string {
	const named = 'hash' in code ? [code.secret, code.hash] : [];
	const parts = [bytesOf(code.rid), ...named, buildDescriptor(code.descriptor)];
	return [code.kind, ...parts.map(base64urlOf)].join('.');
}

/**
 * Reads a code that was scanned or pasted, also as a whole link. `null`: not a direct code. Throws
 * `malformed` for a damaged one.
 */
export function directCodeFrom(text: string): DirectCode | null {
	const tidy = text.trim();
	const [kind, first, ...rest] = tidy.slice(tidy.lastIndexOf('#') + 1).split('.');
	if (first === undefined) return null;
	if (kind !== 'p2' && kind !== 'n2' && kind !== 'c2' && kind !== 'a2') return null;
	const bytes = [first, ...rest].map(bytesOfBase64url);
	const part = (at: number, length?: number): Bytes => {
		const one = bytes[at];
		if (one === undefined || (length !== undefined && one.length !== length)) {
			throw new Fault('malformed', `direct code: part ${at} is missing or has the wrong length`);
		}
		return one;
	};
	const rid = hexOf(part(0, RID_BYTES));
	const pairs = kind === 'p2' || kind === 'n2';
	const last = pairs ? 3 : 1;
	const descriptor = parseDescriptor(part(last));
	if (bytes.length !== last + 1) throw new Fault('malformed', 'direct code: too many parts');
	if (!pairs) return { kind, rid, descriptor };
	return { kind, rid, descriptor, secret: part(1, SECRET_BYTES), hash: part(2, 32) };
}

/**
 * Its hash is the secret S of the pairing. Both fingerprints are part of it, so whoever connects
 * with another certificate has another S.
 */
export function directSecretBytes(
	secret: Bytes,
	offer: PeerDescriptor,
	answer: PeerDescriptor,
): Bytes {
	return concatBytes(ascii('spycam/v1/near\0'), secret, offer.fingerprint, answer.fingerprint);
}

/** Where the page that showed the first code connects to its own in-page relay. */
export const IN_PAGE_RELAY_ORIGIN = 'https://nearby.invalid';

/**
 * Its hash names the origin of a connection: a login proof for it is valid between these two
 * certificates only.
 */
export function directOriginBytes(offer: PeerDescriptor, answer: PeerDescriptor): Bytes {
	return concatBytes(ascii('spycam/v1/near-origin\0'), offer.fingerprint, answer.fingerprint);
}

export function directOriginOf(hash: Bytes): string {
	return `https://${hexOf(hash.subarray(0, 16))}.nearby.invalid`;
}

/** An origin that cannot be reached over the network. */
export function isDirectOrigin(origin: string): boolean {
	return origin.endsWith('nearby.invalid');
}

/** `null`: not a direct code, or a damaged one. */
export function directCodeOrNull(text: string): DirectCode | null {
	try {
		return directCodeFrom(text);
	} catch {
		return null;
	}
}
