import type { Pressure } from '#domain/recording/quality-ladder.ts';
import type { PressureMonitor } from '#ports/device/pressure-monitor.ts';

interface PressureObserverLike {
	observe(source: 'cpu', options: { readonly sampleInterval: number }): Promise<void>;
	disconnect(): void;
}
type PressureObserverConstructor = new (
	told: (records: readonly { readonly state: Pressure }[]) => void,
) => PressureObserverLike;

const SAMPLE_INTERVAL_MS = 2000;

/** Compute pressure, in browsers that tell of it (Chromium on computers). */
export class ComputePressure implements PressureMonitor {
	watch(told: (pressure: Pressure) => void): () => void {
		const { PressureObserver: Maker } = globalThis as {
			PressureObserver?: PressureObserverConstructor;
		};
		if (Maker === undefined) return () => undefined;
		let over = false;
		const observer = new Maker((records) => {
			const newest = records.at(-1);
			if (newest !== undefined && !over) told(newest.state);
		});
		// A policy may forbid it, a device may lack it; nothing depends on it.
		observer.observe('cpu', { sampleInterval: SAMPLE_INTERVAL_MS }).catch(() => undefined);
		return () => {
			over = true;
			observer.disconnect();
		};
	}
}
