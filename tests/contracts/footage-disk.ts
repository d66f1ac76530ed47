import { afterEach, beforeEach } from 'vitest';
import { decodePage, decodeRun, type PageKey, type RunKey } from '#domain/footage/rows.ts';
import type { SegmentKey } from '#domain/footage/segment.ts';
import type { FootageStore } from '#engine/storage/footage-store.ts';
import type { FootageRows } from '#ports/footage/footage-rows.ts';

export type Row = Record<string, unknown>;
type Key = PageKey | RunKey | number;
type Table = 'bytes' | 'pages' | 'runs' | 'thumbs';

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

/** Where the bytes of a segment, or of the init section (`seq` 0), are. */
export async function placeIn(
	footage: FootageRows,
	{ camera, runNo, seq }: Omit<SegmentKey, 'startUs'>,
): Promise<number> {
	const place = await footage.read(['runs', 'pages'], async (rows) => {
		const run = decodeRun(await rows.get('runs', [camera, runNo]));
		if (seq === 0) return run?.initPlace;
		const pages = await rows.pages({ run: [camera, runNo] });
		const entries = pages.flatMap(({ row }) => decodePage(row)?.parsed ?? []);
		return entries.find((entry) => entry.seq === seq)?.place;
	});
	if (place === undefined) throw new Error(`segment ${seq} of run ${runNo} is not in the index`);
	return place;
}
