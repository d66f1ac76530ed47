/** Reloads the page as the last repair. */
export interface PageReloader {
	/** Wall time of the last reload in ms; `null`: never, or unknown. */
	readonly lastMs: number | null;
	/**
	 * Records the time, then reloads. Returns false where it cannot be recorded: the page might
	 * reload in a loop.
	 */
	reload(nowMs: number): boolean;
}
