import type { FaultSource } from '#domain/base/fault.ts';

/**
 * Reports site data deleted while a page is open, whether by the person, the browser or another
 * page.
 */
export interface DataLossSource {
	/**
	 * Called when a deletion is noticed, which is at the database's next use. Returns an unsubscribe
	 * function.
	 */
	on(listener: (what: FaultSource) => void): () => void;
}
