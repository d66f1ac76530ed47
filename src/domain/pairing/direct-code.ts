import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import { ascii, bytesOf, hexOf, concatBytes, type Bytes } from '#domain/base/bytes.ts';
import { buildDescriptor, parseDescriptor, type PeerDescriptor } from './peer-descriptor.ts';
import { Fault } from '#domain/base/fault.ts';

/** Codes of two devices without a relay. Layout and rules: docs/spec/nearby.md. */
const RID_BYTES = 16;
const SECRET_BYTES = 32;

/**
 * Shown first, by an owner or a new device: as the codes `p1` and `n1`, with a contact in place of
 * a relay.
 */
export interface DirectPairingCode {
	readonly kind: 'p2' | 'n2';
	readonly rid: string;
	readonly secret: Bytes;
	readonly hash: Bytes;
	readonly descriptor: PeerDescriptor;
}

/** Shown first by a member to another one; and the answer to any of these. */
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
 * What was scanned or pasted, also as a whole link. `null`: no code of this kind. Throws
 * `malformed` for one that is damaged.
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
			throw new Fault('malformed', 'a code with a part that does not fit');
		}
		return one;
	};
	const rid = hexOf(part(0, RID_BYTES));
	const pairs = kind === 'p2' || kind === 'n2';
	const last = pairs ? 3 : 1;
	const descriptor = parseDescriptor(part(last));
	if (bytes.length !== last + 1) throw new Fault('malformed', 'a code with too many parts');
	if (!pairs) return { kind, rid, descriptor };
	return { kind, rid, descriptor, secret: part(1, SECRET_BYTES), hash: part(2, 32) };
}

/**
 * Hashed, the S of the pairing: who connects with another certificate than the codes say has
 * another one.
 */
export function directSecretBytes(
	secret: Bytes,
	offer: PeerDescriptor,
	answer: PeerDescriptor,
): Bytes {
	return concatBytes(ascii('spycam/v1/near\0'), secret, offer.fingerprint, answer.fingerprint);
}

/** Of the page that showed first, for itself. */
export const IN_PAGE_RELAY_ORIGIN = 'https://nearby.invalid';

/**
 * Hashed, what the origin of a connection is made of: a proof for it is good between these two
 * certificates only.
 */
export function directOriginBytes(offer: PeerDescriptor, answer: PeerDescriptor): Bytes {
	return concatBytes(ascii('spycam/v1/near-origin\0'), offer.fingerprint, answer.fingerprint);
}

export function directOriginOf(hash: Bytes): string {
	return `https://${hexOf(hash.subarray(0, 16))}.nearby.invalid`;
}

/** No address anybody could ask by the network. */
export function isDirectOrigin(origin: string): boolean {
	return origin.endsWith('nearby.invalid');
}

/** `null`: no direct code; a damaged one is none at all. */
export function directCodeOrNull(text: string): DirectCode | null {
	try {
		return directCodeFrom(text);
	} catch {
		return null;
	}
}
