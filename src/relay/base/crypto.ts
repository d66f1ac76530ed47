import { createHash } from 'node:crypto';
import type { Bytes } from '#domain/base/bytes.ts';

/** Synchronous: for short inputs the thread pool costs more than the hash. */
export function sha256(bytes: Uint8Array | string): Bytes {
	return new Uint8Array(createHash('sha256').update(bytes).digest());
}
