/** The app's files as this page gets them: what the device keeps, else what the server sends. */
export interface AppIntegrity {
	/** Of the list that `sha256sum` makes of them (docs/spec/app.md, AP11), in hex. */
	readonly hash: string;
	readonly count: number;
	/** Files that are not what the build's own list says. */
	readonly altered: readonly string[];
}
