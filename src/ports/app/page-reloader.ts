/** The last repair: the page is loaded anew. */
export interface PageReloader {
	/** When it last did, wall time in ms; `null`: never, or it is not known. */
	readonly lastMs: number | null;
	/** Remembers it, and does; false where it cannot be remembered: it might go round in circles. */
	reload(nowMs: number): boolean;
}
