/**
 * The app's files as this page loads them: from the service worker's cache, else from the server.
 */
export interface AppIntegrity {
	/** SHA-256 of the list that `sha256sum` would print (docs/spec/app.md, AP11), in hex. */
	readonly hash: string;
	readonly count: number;
	/** Paths of files that do not match the build's own list. */
	readonly altered: readonly string[];
}
