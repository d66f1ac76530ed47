/** Time as a dependency. */
export interface Clock {
	/** Wall time in milliseconds since 1970, fractions allowed. It may step: never order by it. */
	wallMs(): number;
	/** Milliseconds. Never goes back and ignores clock steps; the base of capture times. */
	monotonicMs(): number;
	/**
	 * Calls `tick` about every `ms` until the returned function is called. Not throttled in a hidden
	 * page.
	 */
	every(ms: number, tick: () => void): () => void;
	/** Calls `done` once after `ms`, unless the returned function is called first. */
	after(ms: number, done: () => void): () => void;
}
