/** `offered`: the browser prompts on request; `by-hand`: only the browser's menu can install. */
export type Installation = 'installed' | 'offered' | 'by-hand';

/** Whether the app is installed on the device, and how to install it. */
export interface Installer {
	readonly state: Installation;
	on(listener: () => void): () => void;
	/** Shows the browser's install prompt. Only where `offered`; never throws. */
	prompt(): Promise<void>;
}
