import { DexieFootageRows } from '#browser/footage/footage-rows.ts';
import { FootageStore } from '#engine/storage/footage-store.ts';

/** Footage in IndexedDB, composed as in src/compose/storage.ts. */
export class DexieSegmentStore extends FootageStore {
	constructor(name?: string, deadlineMs?: number) {
		super(new DexieFootageRows(name, deadlineMs), { wallMs: () => Date.now() });
	}
}
