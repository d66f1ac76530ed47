import type { FaultSource } from '#domain/base/fault.ts';

/**
 * What of this site's data somebody deletes while a page is open: the person, the browser, another
 * page.
 */
export interface DataLossSource {
	/** Told once a database is missed: when it is next used. Returns the way to stop it. */
	on(listener: (what: FaultSource) => void): () => void;
}
