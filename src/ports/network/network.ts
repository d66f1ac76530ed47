export interface Network {
	/** The app's own origin, such as `https://cam.local:8443`. */
	readonly origin: string;
	/** Calls `back` when the network is back or the page becomes visible: good moments to retry. */
	onAvailable(back: () => void): () => void;
}
