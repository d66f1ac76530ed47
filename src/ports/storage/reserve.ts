/**
 * Real bytes kept for the moment when the browser has no room for more. Rules: docs/spec/space.md.
 * Throws `Fault`: `quota` (no room for it: what was held stays held), `timeout`, `unavailable`.
 */
export interface Reserve {
	/** Bytes held now. */
	held(): Promise<number>;
	/** Holds about `bytes`, to the nearest MiB below; gives back what is more. */
	hold(bytes: number): Promise<void>;
	/** Gives all of it back; how many bytes that was. */
	spend(): Promise<number>;
}
