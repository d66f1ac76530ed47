/** Time, as an argument. */
export interface Clock {
	/**
	 * Wall time in milliseconds since 1970, fractions allowed. It may step; order never depends on
	 * it.
	 */
	wallMs(): number;
	/** Never goes back, unmoved by clock steps; the base of capture times. Milliseconds. */
	monotonicMs(): number;
	/**
	 * Calls `tick` about every `ms` until the returned function is called. Keeps time in a hidden
	 * page.
	 */
	every(ms: number, tick: () => void): () => void;
	/** Calls `done` once after `ms`, unless the returned function is called before. */
	after(ms: number, done: () => void): () => void;
}
