import { expect, test } from 'vitest';
import { buildEntries, minuteOf, parseEntries } from '#domain/footage/index-page.ts';
import { coverage } from '#domain/footage/coverage.ts';
import { DexieSegmentStore } from '../../support/dexie-segment-store.ts';
import { DOOR, kindOf, record, sealed, SECOND, YARD } from '../../contracts/segment-store.ts';
import old from '../../fixtures/database-v1.json';
import { answer, counts, placeOf, rawly, rawOpen } from './raw-database.ts';

const T0 = 1_790_000_040_000_000;
const bytesOf = (text: string) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** Dexie multiplies versions by ten. */
async function putOld(name: string): Promise<void> {
	const database = await rawOpen(name, 10, (made) => {
		made.createObjectStore('bytes', { keyPath: 'place', autoIncrement: true });
		made
			.createObjectStore('pages', { keyPath: ['camera', 'runNo', 'minute'] })
			.createIndex('[camera+minute]', ['camera', 'minute']);
		made
			.createObjectStore('runs', { keyPath: ['camera', 'runNo'] })
			.createIndex('[camera+endUs]', ['camera', 'endUs']);
	});
	database.close();
	await rawly(name, async (table) => {
		for (const { place, bytes, head } of old.bytes) {
			const row = { place, bytes: bytesOf(bytes).buffer, head: bytesOf(head) };
			await answer(table('bytes').put(row));
		}
		for (const page of old.pages) {
			await answer(table('pages').put({ ...page, entries: bytesOf(page.entries) }));
		}
		for (const run of old.runs) await answer(table('runs').put(run));
	});
}

test('ST20 a database of version 1 opens with every segment, its bytes, heads, holes and reasons', async () => {
	await putOld('version-1');
	const store = new DexieSegmentStore('version-1');
	expect((await store.cameras()).sort()).toEqual([DOOR, YARD].sort());
	const runs = [...(await store.runs(DOOR)), ...(await store.runs(YARD))];
	expect(runs).toEqual(
		expect.arrayContaining(
			old.runs.map(({ initPlace, ...run }) => {
				expect(initPlace).toBeGreaterThan(0);
				return expect.objectContaining(run) as unknown;
			}),
		),
	);
	const found = await store.between(DOOR, T0, T0 + 200 * SECOND);
	expect(found).toHaveLength(90);
	expect(found.filter(({ bad }) => bad).map(({ runNo, seq }) => [runNo, seq])).toEqual([
		[1, 4],
		[2, 4],
	]);
	for (const segment of [...found, ...(await store.between(YARD, T0, T0 + 900 * SECOND))]) {
		const place = await placeOf('version-1', segment);
		const then = old.bytes.find((row) => row.place === place)!;
		const now = await store.read(segment);
		expect(now).toEqual({ bytes: bytesOf(then.bytes), head: bytesOf(then.head) });
	}
	expect(store.damagedRows()).toBe(0);
	const run = await store.append(DOOR, 2, sealed(21, T0 + 90 * SECOND));
	expect(run.lastSeq).toBe(21);
	// The yard was written first: eviction knows it, although version 1 had no index for it.
	expect((await store.evict(1, 1)).segments).toBe(5);
	expect(await store.cameras()).toEqual([DOOR]);
	store.dispose();
});

test('ST20 a damaged page of version 1 does not stop the upgrade', async () => {
	await putOld('version-1-damaged');
	await rawly('version-1-damaged', async (table) => {
		const [first] = old.pages.filter(({ camera }) => camera === DOOR);
		await answer(table('pages').put({ ...first, entries: 'none' }));
	});
	const store = new DexieSegmentStore('version-1-damaged');
	expect(await store.between(DOOR, T0, T0 + 200 * SECOND)).toHaveLength(90 - 60);
	expect(store.damagedRows()).toBe(1);
	store.dispose();
});

type Row = Record<string, unknown>;

/** Three seconds of a run, as a newer version with the same tables might write them. */
async function putNewer(name: string): Promise<void> {
	const store = new DexieSegmentStore(name);
	await record(store, DOOR, 1, 3, T0);
	await store.close(DOOR, 1, 'stopped');
	store.dispose();
	await rawly(name, async (table) => {
		const hole = { startUs: T0, endUs: T0 + SECOND, why: 'privacy' };
		const run = (await answer(table('runs').get([DOOR, 1]))) as Row;
		await answer(table('runs').put({ ...run, ended: 'no-motion', holes: [hole] }));
		const page = (await answer(table('pages').get(PAGE))) as Row & { entries: Uint8Array };
		const entries = parseEntries(page.entries).map((entry) => ({ ...entry, newerFlags: 0x8008 }));
		await answer(table('pages').put({ ...page, entries: buildEntries(entries) }));
	});
}

const PAGE = [DOOR, 1, minuteOf(T0)];

test('ST33 ST34 what a newer version wrote into the old tables is kept, and no damage', async () => {
	await putNewer('newer-values');
	const store = new DexieSegmentStore('newer-values');
	const found = await store.between(DOOR, T0, T0 + 9 * SECOND);
	expect(found.map(({ seq, bad }) => [seq, bad])).toEqual([1, 2, 3].map((seq) => [seq, false]));
	const { gaps } = coverage(await store.runs(DOOR), T0, T0 + 9 * SECOND);
	expect(gaps.map(({ why }) => why)).toEqual(['unknown', 'unknown']);
	// Everything that rewrites a row.
	await store.damaged(found[1]!);
	const removal = await store.remove(DOOR, { startUs: T0, endUs: T0 + 1 });
	await store.restore(removal!.id);
	await store.remove(DOOR, { startUs: T0 + 2 * SECOND, endUs: T0 + 3 * SECOND });
	await store.purge(Date.now() + 1);
	expect(store.damagedRows()).toBe(0);
	const [run] = await store.runs(DOOR);
	expect(run).toMatchObject({ ended: 'no-motion', lastSeq: 3 });
	expect(run!.holes.map(({ why }) => why)).toEqual(['privacy', 'damaged', 'deleted']);
	store.dispose();
	expect(await counts('newer-values')).toMatchObject({ runs: 1, pages: 1, quarantined: 0 });
	const page = await rawly('newer-values', async (table) => {
		return (await answer(table('pages').get(PAGE))) as { entries: Uint8Array };
	});
	const entries = parseEntries(page.entries);
	expect(entries.map(({ newerFlags }) => newerFlags)).toEqual([0x8008, 0x8008, 0x8008]);
	expect(entries.map(({ bad, deleted }) => [bad, deleted])).toEqual([
		[false, undefined],
		[true, undefined],
		[false, true],
	]);
});

test('ST33 a run with a reason of a newer version is rebuilt with it', async () => {
	await putNewer('newer-rebuilt');
	await rawly('newer-rebuilt', async (table) => {
		const run = (await answer(table('runs').get([DOOR, 1]))) as Row;
		await answer(table('runs').put({ ...run, bytes: 'many' }));
	});
	const store = new DexieSegmentStore('newer-rebuilt');
	const [run] = await store.runs(DOOR);
	expect(run).toMatchObject({ ended: 'no-motion', bytes: 400 });
	expect(run!.holes.map(({ why }) => why)).toEqual(['privacy']);
	expect(store.damagedRows()).toBe(1);
	store.dispose();
});

test('ST21 a database of a newer version is refused, and left as it is', async () => {
	const database = await rawOpen('version-9', 90, (made) => {
		made.createObjectStore('bytes', { keyPath: 'place', autoIncrement: true }).put({ x: 1 });
		made.createObjectStore('something-new', { autoIncrement: true });
	});
	database.close();
	const store = new DexieSegmentStore('version-9');
	expect(await kindOf(store.cameras())).toBe('newer');
	expect(await kindOf(store.usedBytes())).toBe('newer');
	store.dispose();
	const after = await rawOpen('version-9');
	expect(after.version).toBe(90);
	expect([...after.objectStoreNames].sort()).toEqual(['bytes', 'something-new']);
	after.close();
	expect(await rawly('version-9', (table) => answer(table('bytes').count()))).toBe(1);
});
