import type { Pressure } from '#domain/recording/quality-ladder.ts';

/** How hard this device is pressed. */
export interface PressureMonitor {
	/**
	 * Tells what it is under now, and every change, until the returned function is called. Silent
	 * where the browser does not tell.
	 */
	watch(told: (pressure: Pressure) => void): () => void;
}
