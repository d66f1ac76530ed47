import type { Pressure } from '#domain/recording/quality-ladder.ts';
import type { PressureMonitor } from '#ports/device/pressure-monitor.ts';

interface PressureObserverLike {
	observe(source: 'cpu', options: { readonly sampleInterval: number }): Promise<void>;
	disconnect(): void;
}
type PressureObserverConstructor = new (
	onRecords: (records: readonly { readonly state: Pressure }[]) => void,
) => PressureObserverLike;

const SAMPLE_INTERVAL_MS = 2000;

/** The Compute Pressure API (Chromium on desktop). */
export class ComputePressure implements PressureMonitor {
	watch(onPressure: (pressure: Pressure) => void): () => void {
		const { PressureObserver: Maker } = globalThis as {
			PressureObserver?: PressureObserverConstructor;
		};
		if (Maker === undefined) return () => undefined;
		let over = false;
		const observer = new Maker((records) => {
			const newest = records.at(-1);
			if (newest !== undefined && !over) onPressure(newest.state);
		});
		// Permissions Policy may forbid it, or the hardware lack it; nothing depends on it.
		observer.observe('cpu', { sampleInterval: SAMPLE_INTERVAL_MS }).catch(() => undefined);
		return () => {
			over = true;
			observer.disconnect();
		};
	}
}
