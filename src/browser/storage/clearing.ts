import type { FaultSource } from '#domain/base/fault.ts';
import type { Clearing } from '#ports/storage/clearing.ts';

const listeners = new Set<(what: FaultSource) => void>();

/** A database that was open here had to be made anew: somebody deleted it meanwhile. */
export function tellCleared(what: FaultSource): void {
	for (const listener of listeners) listener(what);
}

export class BrowserClearing implements Clearing {
	on(listener: (what: FaultSource) => void): () => void {
		listeners.add(listener);
		return () => listeners.delete(listener);
	}
}
