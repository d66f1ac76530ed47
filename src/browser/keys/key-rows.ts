import type { Bytes } from '#domain/base/bytes.ts';
import { PUBLIC_KEY_BYTES } from '#domain/base/signed.ts';
import type { DtlsCertificate, KemKey, KeyPair, Secret, SignKey } from '#ports/keys/crypto.ts';
import type { KeyStrength, NewSecret } from '#ports/keys/vault.ts';
import { asKey, cryptoKey, dtlsCertificateOf } from '#web/crypto.ts';

/** A row of the vault's `keys` table. Rows are validated on reading like external input. */
export interface KeyRow {
	readonly name: string;
	readonly key: CryptoKey | JsonWebKey | Bytes | RTCCertificate;
	/** Key pairs only. */
	readonly public?: Bytes;
}

type PairAlgorithm = 'ECDSA' | 'ECDH';

/** A private key as stored at this strength: a CryptoKey, or a JSON Web Key. */
export async function pairRow(
	name: string,
	pair: KeyPair<SignKey | KemKey>,
	strength: KeyStrength,
): Promise<KeyRow> {
	const key = cryptoKey(pair.key);
	const kept = strength === 'sealed' ? key : await crypto.subtle.exportKey('jwk', key);
	return { name, key: kept, public: pair.public };
}

export function secretRow(name: string, secret: NewSecret, strength: KeyStrength): KeyRow {
	return { name, key: strength === 'sealed' ? cryptoKey(secret.key) : secret.raw.slice() };
}

export async function pairFromRow<K extends SignKey | KemKey>(
	row: unknown,
	algorithm: PairAlgorithm,
): Promise<KeyPair<K> | null> {
	if (!isRow(row) || !isBytes(row.public, PUBLIC_KEY_BYTES)) return null;
	const usages: KeyUsage[] = algorithm === 'ECDSA' ? ['sign'] : ['deriveBits'];
	const key = await privateKey(row.key, algorithm, usages);
	return key === null ? null : { key: asKey<K>(key), public: row.public };
}

async function privateKey(
	kept: unknown,
	name: PairAlgorithm,
	usages: KeyUsage[],
): Promise<CryptoKey | null> {
	if (kept instanceof CryptoKey) {
		const fits =
			kept.type === 'private' &&
			kept.algorithm.name === name &&
			usages.every((usage) => kept.usages.includes(usage));
		return fits ? kept : null;
	}
	if (typeof kept !== 'object' || kept === null || !('kty' in kept)) return null;
	try {
		const algorithm = { name, namedCurve: 'P-256' };
		return await crypto.subtle.importKey('jwk', kept as JsonWebKey, algorithm, false, usages);
	} catch {
		// Any failure means the key is missing; the caller names it.
		return null;
	}
}

export async function secretFromRow(row: unknown): Promise<Secret | null> {
	if (!isRow(row)) return null;
	const { key } = row;
	if (key instanceof CryptoKey) {
		const fits = key.algorithm.name === 'HKDF' && key.usages.includes('deriveKey');
		return fits ? asKey<Secret>(key) : null;
	}
	if (!isBytes(key, 32)) return null;
	return asKey<Secret>(await crypto.subtle.importKey('raw', key, 'HKDF', false, ['deriveKey']));
}

export function dtlsFromRow(row: unknown): DtlsCertificate | null {
	if (!isRow(row) || typeof RTCCertificate === 'undefined') return null;
	return row.key instanceof RTCCertificate ? dtlsCertificateOf(row.key) : null;
}

function isRow(row: unknown): row is { key: unknown; public?: unknown } {
	return typeof row === 'object' && row !== null && 'key' in row;
}

export function isBytes(value: unknown, length?: number): value is Bytes {
	return (
		value instanceof Uint8Array &&
		value.buffer instanceof ArrayBuffer &&
		(length === undefined || value.length === length)
	);
}
