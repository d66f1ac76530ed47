export interface Charge {
	/** 0 to 1. */
	readonly level: number;
	readonly charging: boolean;
}

/** Where this device takes its power from. */
export interface Power {
	/** `null` where the browser does not tell. */
	readonly charge: Charge | null;
	on(listener: () => void): () => void;
}
