/** Reads QR codes in the picture of the element it was made for. */
export interface CodeReader {
	/**
	 * Tells every code it reads, the same one again and again, until the returned function is called.
	 */
	watch(found: (text: string) => void): () => void;
}
