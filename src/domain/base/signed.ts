import { ascii, concatBytes, type Bytes } from './bytes.ts';

export const SIGNATURE_BYTES = 64;
/** An uncompressed P-256 point. */
export const PUBLIC_KEY_BYTES = 65;
export const HASH_BYTES = 32;

export type Purpose =
	| 'head'
	| 'run'
	| 'removal'
	| 'pin'
	| 'camera'
	| 'live'
	| 'roster'
	| 'grant'
	| 'letter'
	| 'login'
	| 'pair-new'
	| 'pair-owner'
	| 'pair-ok'
	| 'kit-home'
	| 'probe';

/** Domain separation: a signature for one purpose is valid for no other. */
export function signedBytes(purpose: Purpose, canonical: Uint8Array): Bytes {
	return concatBytes(ascii(`spycam/v1/${purpose}\0`), canonical);
}
