import { expect, test } from 'vitest';
import { ENTRY_BYTES } from '#domain/footage/index-page.ts';
import { asBytes, type PageKey } from '#domain/footage/rows.ts';
import type { FootageStore } from '#engine/storage/footage-store.ts';
import { diskForEach, placeIn, type FootageDisk, type Row } from './footage-disk.ts';
import { DOOR, kindOf, MINUTE, record, sealed, SECOND, T0 } from './segment-store.ts';

const minute = T0 / MINUTE;
const pageKey = (which: number): PageKey => [DOOR, 1, minute + which];
const seqs = async (store: FootageStore, from = 0, to = 9 * MINUTE) =>
	(await store.between(DOOR, T0 + from, T0 + to)).map(({ seq }) => seq);
const upTo = (from: number, to: number) =>
	Array.from({ length: to - from + 1 }, (_, at) => from + at);

/** What damage costs in every store, and what it must not cost. */
export function storeDamageContract(make: () => FootageDisk): void {
	const here = diskForEach(make);

	/** Three minutes of footage in a closed run. */
	async function threeMinutes(): Promise<FootageDisk> {
		await record(here.store, DOOR, 1, 180);
		await here.store.close(DOOR, 1, 'stopped');
		return here.disk;
	}

	/** Resolves at the next change that the store reports. */
	const changed = (store: FootageStore) => new Promise<void>((done) => store.watch(done));

	test.each<[string, (row: Row) => Row]>([
		['of a wrong type', (row) => ({ ...row, entries: 'none' })],
		['without entries', (row) => ({ ...row, entries: new Uint8Array(0) })],
		['of noise', (row) => ({ ...row, entries: new Uint8Array(2400).fill(7) })],
	])(
		'ST16 ST17 a page %s is set aside, the rest is served, its span is a hole',
		async (_, damage) => {
			const disk = await threeMinutes();
			await disk.alter('pages', pageKey(1), damage);
			const store = disk.open();
			expect(await seqs(store)).toEqual([...upTo(1, 60), ...upTo(121, 180)]);
			expect(store.damagedRows()).toBe(1);
			expect((await store.lastRun(DOOR))!.holes).toEqual([
				{ startUs: T0 + MINUTE, endUs: T0 + 2 * MINUTE, why: 'damaged' },
			]);
			expect(await disk.quarantined()).toBe(1);
			const left = await disk.rows.read(['pages'], (rows) => rows.pageKeys({ run: [DOOR, 1] }));
			expect(left).toEqual([pageKey(0), pageKey(2)]);
			expect(await store.usedBytes()).toBe(100 + 120 * 100);
			expect((await store.firstAt(DOOR, T0 + 90 * SECOND))!.seq).toBe(121);
		},
	);

	test('ST17 in a page with a flipped bit and a truncated end, the other entries stay', async () => {
		const disk = await threeMinutes();
		await disk.alter('pages', pageKey(1), (row) => {
			const entries = asBytes(row['entries'])!.slice(0, 50 * ENTRY_BYTES + 3);
			entries[10 * ENTRY_BYTES + 9]! ^= 4;
			return { ...row, entries };
		});
		const store = disk.open();
		const whole = [...upTo(1, 70), ...upTo(72, 110), ...upTo(121, 180)];
		expect(await seqs(store)).toEqual(whole);
		expect((await store.lastRun(DOOR))!.holes).toEqual([
			{ startUs: T0 + 70 * SECOND, endUs: T0 + 71 * SECOND, why: 'damaged' },
			{ startUs: T0 + 110 * SECOND, endUs: T0 + 120 * SECOND, why: 'damaged' },
		]);
		store.dispose();
		const again = disk.open();
		expect(await seqs(again)).toEqual(whole);
		expect(again.damagedRows()).toBe(0);
	});

	test('ST16 a missing page is a hole as soon as a query spans it', async () => {
		const disk = await threeMinutes();
		await disk.rows.write(['pages'], (rows) => rows.delete('pages', pageKey(1)));
		const store = disk.open();
		expect(await seqs(store)).toEqual([...upTo(1, 60), ...upTo(121, 180)]);
		expect((await store.lastRun(DOOR))!.holes).toEqual([
			{ startUs: T0 + MINUTE, endUs: T0 + 2 * MINUTE, why: 'damaged' },
		]);
	});

	test('ST16 a page missing from an index is restored', async () => {
		const disk = await threeMinutes();
		await disk.alter('pages', pageKey(0), (row) => ({ ...row, firstPlace: { not: 'a place' } }));
		const store = disk.open();
		const mended = changed(store);
		await store.cameras();
		await mended;
		expect((await store.evict(1, 1)).segments).toBe(60);
		expect(await seqs(store)).toEqual(upTo(61, 180));
	});

	test.each<[string, ((row: Row) => Row) | null]>([
		['of a wrong type', ({ camera, runNo }) => ({ camera, runNo, endUs: 'soon' })],
		['with impossible numbers', (row) => ({ ...row, endUs: 1, bytes: -5 })],
		['that vanished', null],
	])('ST18 a run row %s is rebuilt from its pages', async (_, damage) => {
		const disk = await threeMinutes();
		await here.store.damaged({ camera: DOOR, runNo: 1, seq: 9, startUs: T0 + 8 * SECOND });
		const whole = await here.store.lastRun(DOOR);
		await (damage === null
			? disk.rows.write(['runs'], (rows) => rows.delete('runs', [DOOR, 1]))
			: disk.alter('runs', [DOOR, 1], damage));
		const store = disk.open();
		const mended = changed(store);
		await store.runs(DOOR);
		await mended;
		const [run] = await store.runs(DOOR, T0, T0 + 1);
		expect({ ...run, ended: 'stopped' }).toEqual(whole);
		expect(await store.usedBytes()).toBe(whole!.bytes);
		expect(await seqs(store)).toEqual(upTo(1, 180));
	});

	test('ST18 a run that is still recording survives the loss of its row and newest page', async () => {
		const { disk, store } = here;
		await record(store, DOOR, 1, 70);
		await disk.alter('runs', [DOOR, 1], (row) => ({ ...row, mime: 5 }));
		await store.append(DOOR, 1, sealed(71, T0 + 70 * SECOND));
		await disk.alter('pages', pageKey(1), (row) => ({ ...row, entries: new Uint8Array(80) }));
		const run = await store.append(DOOR, 1, sealed(72, T0 + 71 * SECOND));
		expect(run).toMatchObject({ lastSeq: 72, ended: null });
		expect(run.holes).toEqual([
			{ startUs: T0 + 60 * SECOND, endUs: T0 + 71 * SECOND, why: 'damaged' },
		]);
		expect(await seqs(store)).toEqual([...upTo(1, 60), 72]);
	});

	test('ST35 fields of a newer version are kept by everything that rewrites a row', async () => {
		const { disk, store } = here;
		await record(store, DOOR, 1, 130);
		const hole = { startUs: T0 + 61 * SECOND, endUs: T0 + 62 * SECOND, why: 'privacy', zone: 4 };
		await disk.alter('runs', [DOOR, 1], (row) => ({ ...row, motion: { score: 3 }, holes: [hole] }));
		for (const which of [0, 1, 2]) {
			await disk.alter('pages', pageKey(which), (row) => ({
				...row,
				heat: which,
				basis: { ...(row['basis'] as Row), lens: 'front' },
			}));
		}
		await store.append(DOOR, 1, sealed(131, T0 + 130 * SECOND));
		await store.damaged({ camera: DOOR, runNo: 1, seq: 125, startUs: T0 + 124 * SECOND });
		const span = { startUs: T0 + 126 * SECOND, endUs: T0 + 128 * SECOND };
		expect(await store.restore((await store.remove(DOOR, span))!.id)).toBe(true);
		await store.remove(DOOR, { startUs: T0 + 63 * SECOND, endUs: T0 + 64 * SECOND });
		await store.purge(Date.now() + 1);
		await store.close(DOOR, 1, 'stopped');
		expect((await store.evict(1, 1)).segments).toBe(60);
		const [run, pages] = await disk.rows.read(['runs', 'pages'], async (rows) => [
			await rows.get('runs', [DOOR, 1]),
			await rows.pages({ run: [DOOR, 1] }),
		]);
		expect(run).toMatchObject({ motion: { score: 3 }, ended: 'stopped', lastSeq: 131 });
		expect((run as Row)['holes']).toContainEqual(hole);
		expect(pages.map(({ row }) => row)).toMatchObject(
			[1, 2].map((heat) => ({ heat, basis: { lens: 'front' } })),
		);
		expect(pages.some(({ row }) => 'parsed' in (row as Row))).toBe(false);
		// They mean nothing outside the store.
		expect(await store.lastRun(DOOR)).not.toHaveProperty('motion');
		expect(store.damagedRows()).toBe(0);
	});

	test('ST16 a row that throws does not affect a range query', async () => {
		const disk = await threeMinutes();
		const store = disk.open();
		disk.makeUnreadable('pages', pageKey(1));
		expect(await seqs(store)).toEqual([...upTo(1, 60), ...upTo(121, 180)]);
		expect(store.damagedRows()).toBe(1);
		expect((await store.lastRun(DOOR))!.holes).toHaveLength(1);
	});

	test('ST18 a run row that throws is rebuilt from its pages', async () => {
		const disk = await threeMinutes();
		const whole = await here.store.lastRun(DOOR);
		const store = disk.open();
		disk.makeUnreadable('runs', [DOOR, 1]);
		expect(await store.lastRun(DOOR)).toEqual({ ...whole, ended: 'interrupted' });
		expect(await disk.quarantined()).toBe(0);
	});

	test('ST19 bytes of a wrong type are corrupt, missing ones are null', async () => {
		const disk = await threeMinutes();
		const store = disk.open();
		const segments = await store.between(DOOR, T0, T0 + 4 * SECOND);
		const [a, b, c, d] = segments;
		const places = await Promise.all(segments.map((one) => placeIn(disk.rows, one)));
		await disk.alter('bytes', places[0]!, (row) => ({ ...row, bytes: 5 }));
		await disk.rows.write(['bytes'], (rows) => rows.deleteBytes([places[1]!]));
		await disk.alter('bytes', places[2]!, ({ head }) => ({ head, place: places[2] }));
		expect(await kindOf(store.read(a!))).toBe('corrupt');
		expect(await store.read(b!)).toBeNull();
		expect(await kindOf(store.read(c!))).toBe('corrupt');
		disk.makeUnreadable('bytes', places[3]!);
		expect(await kindOf(store.read(d!))).toBe('corrupt');
	});

	test('RT4 an eviction interrupted before it changed the run is finished at the next start', async () => {
		const disk = await threeMinutes();
		const gone = await here.store.between(DOOR, T0, T0 + MINUTE);
		const places = await Promise.all(gone.map((one) => placeIn(disk.rows, one)));
		await disk.rows.write(['pages', 'bytes'], async (rows) => {
			await rows.delete('pages', pageKey(0));
			await rows.deleteBytes(places);
		});
		const store = disk.open();
		const settled = changed(store);
		await store.usedBytes();
		await settled;
		expect(await store.lastRun(DOOR)).toMatchObject({
			...{ firstSeq: 61, startUs: T0 + MINUTE, bytes: 100 + 120 * 100, holes: [] },
		});
		expect(store.damagedRows()).toBe(0);
	});

	test('RT4 RT15 at quota a page after a pinned one is evicted, and the run row is updated right after', async () => {
		const { store } = here;
		const disk = await threeMinutes();
		await store.pin(DOOR, { startUs: T0, endUs: T0 + SECOND });
		const refused = disk.refuseRunRow();
		expect(await store.evict(1, 1)).toMatchObject({ segments: 60, bytes: 6000 });
		expect(refused()).toBe(1);
		expect(await store.lastRun(DOOR)).toMatchObject({
			...{ firstSeq: 1, startUs: T0, bytes: 100 + 120 * 100 },
			holes: [{ startUs: T0 + MINUTE, endUs: T0 + 2 * MINUTE, why: 'evicted' }],
		});
	});
}
