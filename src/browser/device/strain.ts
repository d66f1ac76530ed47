import type { Pressure } from '#domain/recording/quality-ladder.ts';
import type { Strain } from '#ports/device/strain.ts';

interface Observer {
	observe(source: 'cpu', options: { readonly sampleInterval: number }): Promise<void>;
	disconnect(): void;
}
type ObserverMaker = new (
	told: (records: readonly { readonly state: Pressure }[]) => void,
) => Observer;

const SAMPLE_MS = 2000;

/** Compute pressure, in browsers that tell of it (Chromium on computers). */
export class ComputePressure implements Strain {
	watch(told: (pressure: Pressure) => void): () => void {
		const { PressureObserver: Maker } = globalThis as { PressureObserver?: ObserverMaker };
		if (Maker === undefined) return () => undefined;
		let over = false;
		const observer = new Maker((records) => {
			const newest = records.at(-1);
			if (newest !== undefined && !over) told(newest.state);
		});
		// A policy may forbid it, a device may lack it; nothing depends on it.
		observer.observe('cpu', { sampleInterval: SAMPLE_MS }).catch(() => undefined);
		return () => {
			over = true;
			observer.disconnect();
		};
	}
}
