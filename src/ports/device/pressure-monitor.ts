import type { Pressure } from '#domain/recording/quality-ladder.ts';

/** CPU pressure on this device. */
export interface PressureMonitor {
	/**
	 * Reports the current pressure and every change until the returned function is called. Silent
	 * where the browser does not report it.
	 */
	watch(onPressure: (pressure: Pressure) => void): () => void;
}
