import { afterEach, beforeEach } from 'vitest';
import type { PageKey, RunKey } from '#domain/footage/rows.ts';
import type { FootageStore } from '#engine/storage/footage-store.ts';
import type { FootageRows } from '#ports/footage/footage-rows.ts';

export type Row = Record<string, unknown>;
type Key = PageKey | RunKey | number;
type Table = 'bytes' | 'pages' | 'runs';

/** A database of footage that a test can damage behind the store's back. */
export interface FootageDisk {
	/** A store on it, as of another tab or of the next start. */
	open(): FootageStore;
	readonly rows: FootageRows;
	/** Replaces a row with one that the store would never write. */
	alter(table: Table, key: Key, with_: (row: Row) => Row): Promise<void>;
	/** Reading the row fails from now on, alone or with others. */
	makeUnreadable(table: Table, key: Key): void;
	/** The next write of a run row is refused for lack of room. Returns how many there were. */
	refuseRunRow(): () => number;
	quarantined(): Promise<number>;
	/** Closes everything that was opened. */
	dispose(): void;
}

/** A new disk for each test, and the first store on it. */
export function diskForEach(make: () => FootageDisk): {
	readonly disk: FootageDisk;
	readonly store: FootageStore;
} {
	const here = {} as { disk: FootageDisk; store: FootageStore };
	beforeEach(() => {
		here.disk = make();
		here.store = here.disk.open();
	});
	afterEach(() => here.disk.dispose());
	return here;
}
