/** A siren on this device's speaker, at its current volume. */
export interface Siren {
	/** Throws `denied` without user activation, `unsupported` without audio. */
	start(): Promise<void>;
	stop(): void;
}
