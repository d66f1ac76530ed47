export interface Network {
	/** The app's own origin, such as `https://cam.local:8443`. */
	readonly origin: string;
	/** It costs by what is sent; `null`: the browser does not tell. */
	readonly metered: boolean | null;
	/** Calls `back` when the network is back or the page becomes visible: good moments to retry. */
	onAvailable(back: () => void): () => void;
}
