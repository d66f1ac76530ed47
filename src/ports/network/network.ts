/** What the browser knows of the network, and where the app came from. */
export interface Network {
	/** Of the app, as in `https://cam.local:8443`. */
	readonly origin: string;
	/**
	 * Calls `back` when there is a network again, or when somebody looks at the page again: now is
	 * better than later.
	 */
	onAvailable(back: () => void): () => void;
}
