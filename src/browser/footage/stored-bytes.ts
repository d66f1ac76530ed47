import { asBytes } from './rows.ts';

/**
 * Chromium keeps a value of less than 64 KiB in the files of its database: deleting it writes it
 * once more and gives nothing back until those files are made anew. At a quota that is the end. A
 * Blob is always a file of its own.
 */
const INSIDE_BYTES = 65_536;
/** What gives nothing worth a file. */
const SMALL_BYTES = 4096;

/** Sealed bytes as they are put into the database. */
export function storable(bytes: Uint8Array<ArrayBuffer>): ArrayBuffer | Blob {
	const inside = bytes.length >= SMALL_BYTES && bytes.length <= INSIDE_BYTES;
	if (inside && 'userAgentData' in navigator) return new Blob([bytes]);
	// A view would be stored with all of the buffer behind it.
	return bytes.length === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
}

/** The bytes of what was stored; `null`: they cannot be read. */
export async function contentOf(stored: unknown): Promise<Uint8Array<ArrayBuffer> | null> {
	if (!(stored instanceof Blob)) return asBytes(stored);
	try {
		return new Uint8Array(await stored.arrayBuffer());
	} catch {
		return null;
	}
}

/** How many they are, without reading them; `null`: they are no bytes. */
export function lengthOf(stored: unknown): number | null {
	return stored instanceof Blob ? stored.size : (asBytes(stored)?.length ?? null);
}
