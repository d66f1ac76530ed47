export interface BatteryCharge {
	/** 0 to 1. */
	readonly level: number;
	readonly charging: boolean;
}

/** Where this device takes its power from. */
export interface PowerSource {
	/** `null` where the browser does not tell. */
	readonly charge: BatteryCharge | null;
	on(listener: () => void): () => void;
}
