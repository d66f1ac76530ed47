/**
 * What a link carried behind `#`: taken out of the address before anything else ran, and handed out
 * once.
 */
export interface LaunchLink {
	readonly pending: 'code' | 'invite' | 'kit' | null;
	/** As it stood there, without `#`; `null`: nothing, or somebody has it. */
	consume(): string | null;
	/** Another link was opened in this very tab. */
	on(listener: () => void): () => void;
}
