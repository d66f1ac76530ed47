/** A loud noise from this device, as loud as its volume is set. */
export interface Siren {
	/**
	 * Throws `denied` where the browser wants a person's touch first, `unsupported` without sound.
	 */
	start(): Promise<void>;
	stop(): void;
}
