import { Listeners } from '#domain/base/listeners.ts';
import type { FaultSource } from '#domain/base/fault.ts';
import type { DataLossSource } from '#ports/storage/data-loss-source.ts';

const listeners = new Listeners<[FaultSource]>();

/** Call when a database that was open before had to be created again: it was deleted meanwhile. */
export function reportDataLoss(what: FaultSource): void {
	listeners.notify(what);
}

export class BrowserDataLossSource implements DataLossSource {
	on(listener: (what: FaultSource) => void): () => void {
		return listeners.add(listener);
	}
}
