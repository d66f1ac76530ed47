import { Listeners } from '#domain/base/listeners.ts';
import type { BatteryCharge, PowerSource } from '#ports/device/power-source.ts';

interface BatteryManagerLike extends EventTarget {
	readonly level: number;
	readonly charging: boolean;
}

/** The Battery Status API (Chromium). */
export class BatteryPowerSource implements PowerSource {
	charge: BatteryCharge | null = null;
	readonly #listeners = new Listeners();

	constructor() {
		const { getBattery } = navigator as { getBattery?: () => Promise<BatteryManagerLike> };
		getBattery?.call(navigator).then(
			(battery) => {
				const read = (): void => {
					const { level, charging } = battery;
					this.charge = { level, charging };
					this.#listeners.notify();
				};
				for (const event of ['levelchange', 'chargingchange'])
					battery.addEventListener(event, read);
				read();
			},
			// Permissions Policy may forbid it; nothing depends on it.
			() => undefined,
		);
	}

	on(listener: () => void): () => void {
		return this.#listeners.add(listener);
	}
}
