/**
 * Bytes held back for when the browser refuses a write. Rules: docs/spec/space.md. Throws `Fault`:
 * `quota` (no room; what was held stays held), `timeout`, `unavailable`.
 */
export interface Reserve {
	/** Bytes currently held. */
	held(): Promise<number>;
	/** Grows or shrinks the reserve to `bytes`, rounded down to a MiB. */
	hold(bytes: number): Promise<void>;
	/** Releases the whole reserve. Returns the bytes freed. */
	spend(): Promise<number>;
}
