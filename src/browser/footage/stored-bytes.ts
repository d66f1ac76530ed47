import { asBytes } from '#domain/footage/rows.ts';

/** Smaller values are not worth a file. */
const SMALL_BYTES = 4096;

/**
 * Sealed bytes in the form to store (ST22). Chromium copies a buffer several times on its way to
 * the disk, a Blob once; and it keeps values below 64 KiB inside its database files, where deleting
 * one frees nothing until they are compacted. At quota that would be fatal. A Blob is always a
 * separate file.
 */
export function storable(bytes: Uint8Array<ArrayBuffer>): ArrayBuffer | Blob {
	if (bytes.length >= SMALL_BYTES && 'userAgentData' in navigator) return new Blob([bytes]);
	// A view would be stored with its whole buffer.
	return bytes.length === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
}

/** The stored bytes; `null`: unreadable. */
export async function contentOf(stored: unknown): Promise<Uint8Array<ArrayBuffer> | null> {
	if (!(stored instanceof Blob)) return asBytes(stored);
	try {
		return new Uint8Array(await stored.arrayBuffer());
	} catch {
		return null;
	}
}

/** Their length, without reading them; `null`: not bytes. */
export function lengthOf(stored: unknown): number | null {
	return stored instanceof Blob ? stored.size : (asBytes(stored)?.length ?? null);
}
