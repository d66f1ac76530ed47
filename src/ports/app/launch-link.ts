/**
 * The fragment (`#…`) of the link that opened the app: removed from the address before other code
 * runs, and handed out once.
 */
export interface LaunchLink {
	readonly pending: 'code' | 'invite' | 'kit' | null;
	/** The fragment without `#`; `null`: none, or already consumed. */
	consume(): string | null;
	/** Called when another link is opened in this tab. */
	on(listener: () => void): () => void;
}
