/**
 * `offered`: the browser asks when told to; `by-hand`: only the person can, in the browser's menu.
 */
export type Installation = 'installed' | 'offered' | 'by-hand';

/** Whether this app is installed on the device, and the way there. */
export interface Installer {
	readonly state: Installation;
	on(listener: () => void): () => void;
	/** Lets the browser ask the person. Only where `offered`; never throws. */
	prompt(): Promise<void>;
}
