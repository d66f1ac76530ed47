import type { FaultSource } from '#domain/base/fault.ts';
import type { DataLossSource } from '#ports/storage/data-loss-source.ts';

const listeners = new Set<(what: FaultSource) => void>();

/** Call when a database that was open before had to be created again: it was deleted meanwhile. */
export function reportDataLoss(what: FaultSource): void {
	for (const listener of listeners) listener(what);
}

export class BrowserDataLossSource implements DataLossSource {
	on(listener: (what: FaultSource) => void): () => void {
		listeners.add(listener);
		return () => listeners.delete(listener);
	}
}
