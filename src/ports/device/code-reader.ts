/** Reads QR codes from a video element. */
export interface CodeReader {
	/**
	 * Calls `found` for every code read, repeatedly for the same code, until the returned function is
	 * called.
	 */
	watch(found: (text: string) => void): () => void;
}
