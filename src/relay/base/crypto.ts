import { createHash } from 'node:crypto';
import type { Bytes } from '#domain/base/bytes.ts';
import type { Crypto } from '#ports/keys/crypto.ts';

/** The part of the port that the relay needs: it neither signs nor decrypts. */
export type VerifyCrypto = Pick<Crypto, 'random' | 'sha256' | 'verifier' | 'verify'>;

/** Synchronous: for short inputs the thread pool costs more than the hash. */
export function sha256(bytes: Uint8Array | string): Bytes {
	return new Uint8Array(createHash('sha256').update(bytes).digest());
}
