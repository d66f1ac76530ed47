import { expect, test } from 'vitest';
import { FootageStore } from '#engine/storage/footage-store.ts';
import type { FootageTable, RowReader } from '#ports/footage/footage-rows.ts';
import { DOOR, MINUTE, record, SECOND, T0 } from '../../contracts/segment-store.ts';
import { MemoryFootageRows } from '../../fakes/footage-rows.ts';

class WatchedRows extends MemoryFootageRows {
	/** The tables of each transaction that only read. */
	readonly asked: (readonly FootageTable[])[] = [];

	override read<T>(
		tables: readonly FootageTable[],
		work: (rows: RowReader) => Promise<T>,
	): Promise<T> {
		this.asked.push(tables);
		return super.read(tables, work);
	}
}

test('RT10 ST12 the bytes kept and a day’s coverage come from run rows only', async () => {
	const rows = new WatchedRows();
	const store = new FootageStore(rows, { wallMs: () => 0 });
	for (const runNo of [1, 2]) await record(store, DOOR, runNo, 70, T0 + runNo * 5 * MINUTE);
	// The inspection that follows the first query reads pages, too.
	await store.cameras();
	rows.asked.length = 0;
	expect(await store.usedBytes()).toBe(2 * 7100);
	expect(await store.runs(DOOR, T0, T0 + 86_400 * SECOND)).toHaveLength(2);
	expect(rows.asked).toEqual([['runs'], ['runs']]);
});
