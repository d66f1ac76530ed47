import { expect, test } from 'vitest';
import { buildEntries, type IndexEntry } from '#domain/footage/index-page.ts';
import { begunRun } from '#domain/footage/run-change.ts';
import { StoreCheck } from '#engine/storage/store-check.ts';
import type { FootageTable, RowReader } from '#ports/footage/footage-rows.ts';
import { DOOR, filled, MINUTE, SECOND, startOf, T0 } from '../../contracts/segment-store.ts';
import { MemoryFootageRows } from '../../fakes/footage-rows.ts';

const minute = T0 / MINUTE;

/** Meanwhile, with every run that is read, somebody writes bytes that nothing names yet. */
class BusyRows extends MemoryFootageRows {
	readonly calls: string[] = [];
	readonly limits: number[] = [];

	override read<T>(
		tables: readonly FootageTable[],
		work: (rows: RowReader) => Promise<T>,
	): Promise<T> {
		return super.read(tables, (rows) => {
			if (tables.includes('pages')) {
				this.calls.push('run');
				this.add();
			}
			const places = rows.places.bind(rows);
			rows.places = (after, upTo, limit) => {
				this.calls.push('places');
				this.limits.push(limit);
				return places(after, upTo, limit);
			};
			return work(rows);
		});
	}

	add(): number {
		const row = { bytes: filled(100, 1), head: filled(10, 1) };
		return this.disk.table('bytes').add(() => row);
	}

	/** A consistent run of so many whole minutes. */
	addRun(runNo: number, minutes: number): void {
		const start = startOf(DOOR, runNo, T0 + runNo * 1000 * MINUTE);
		const initPlace = this.add();
		const { runId, epoch, mime, anchorUs } = start;
		const basis = { runId, epoch, mime, anchorUs, initPlace, initSize: 100 };
		for (let at = 0; at < minutes; at += 1) {
			const entries = Array.from({ length: 60 }, (_, second): IndexEntry => {
				const startUs = anchorUs + at * MINUTE + second * SECOND;
				const time = { seq: at * 60 + second + 1, startUs, durationUs: SECOND };
				return { ...time, size: 100, place: this.add(), sound: false, bad: false };
			});
			const page = { camera: DOOR, runNo, minute: minute + runNo * 1000 + at, basis };
			const firstPlace = entries[0]!.place;
			const row = { ...page, firstPlace, entries: buildEntries(entries) };
			this.disk.table('pages').put([DOOR, runNo, page.minute], row);
		}
		const lastSeq = minutes * 60;
		this.disk.table('runs').put([DOOR, runNo], {
			...begunRun(start, 100),
			...{ initPlace, initSize: 100, lastSeq, endUs: anchorUs + minutes * MINUTE },
			...{ bytes: 100 + lastSeq * 100, ended: 'stopped' },
		});
	}
}

test('CK6 run by run, then the places in batches; what is written meanwhile is not judged', async () => {
	const rows = new BusyRows();
	rows.addRun(1, 120);
	rows.addRun(2, 100);
	const check = new StoreCheck({
		...{ rows, footage: undefined as never, opener: undefined as never },
	});
	const options = { signatures: false, signal: new AbortController().signal };
	const seen: number[] = [];
	const report = await check.run({ ...options, onProgress: (share) => seen.push(share) });
	expect(report).toMatchObject({ runs: 2, segments: 13_200, findings: [] });
	expect(rows.calls.filter((call) => call === 'run')).toHaveLength(2);
	expect(Math.max(...rows.limits)).toBeLessThanOrEqual(5000);
	expect(rows.limits.length).toBeGreaterThanOrEqual(6);
	expect(seen).toEqual(seen.toSorted((a, b) => a - b));

	// The next check judges them: nothing names them.
	expect((await check.run({ ...options, onProgress: () => undefined })).findings).toMatchObject([
		{ kind: 'unnamed', place: 13_203 },
		{ kind: 'unnamed', place: 13_204 },
	]);
});
