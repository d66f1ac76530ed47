export interface BatteryCharge {
	/** 0 to 1. */
	readonly level: number;
	readonly charging: boolean;
}

/** The battery of this device. */
export interface PowerSource {
	/** `null`: not reported by the browser. */
	readonly charge: BatteryCharge | null;
	on(listener: () => void): () => void;
}
