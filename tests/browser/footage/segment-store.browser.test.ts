import Dexie from 'dexie';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { DexieFootageRows } from '#browser/footage/footage-rows.ts';
import { coverage, type Coverage } from '#domain/footage/coverage.ts';
import { footageContract, ownStore } from '../../contracts/footage.ts';
import { evictionPlanContract } from '../../contracts/eviction-plan.ts';
import { pinsAndTrashContract } from '../../contracts/pins-and-trash.ts';
import {
	DOOR,
	MINUTE,
	record,
	sealed,
	SECOND,
	segmentStoreContract,
	T0,
	YARD,
} from '../../contracts/segment-store.ts';
import { storeAtomicityContract } from '../../contracts/store-atomicity.ts';
import { storeCheckContract } from '../../contracts/store-check.ts';
import { storeDamageContract } from '../../contracts/store-damage.ts';
import { DexieSegmentStore } from '../../support/dexie-segment-store.ts';
import { dexieDisk } from './dexie-disk.ts';
import { answer, counts, placeOf, rawly } from './raw-database.ts';

const made: DexieSegmentStore[] = [];
let count = 0;

afterEach(async () => {
	vi.restoreAllMocks();
	for (const store of made.splice(0)) store.dispose();
	for (const name of await Dexie.getDatabaseNames()) await Dexie.delete(name);
});

describe('footage in IndexedDB', () => {
	const make = () => {
		const store = new DexieSegmentStore(`contract-${(count += 1)}`);
		made.push(store);
		return Promise.resolve(store);
	};
	footageContract(async () => ownStore(await make()));
	segmentStoreContract(make);
	evictionPlanContract(make, 6);
	pinsAndTrashContract(dexieDisk);
	storeDamageContract(dexieDisk);
	storeCheckContract(dexieDisk);
	storeAtomicityContract(dexieDisk, 2);

	test('ST6 places rise with every write, whatever the camera', async () => {
		const name = `contract-${(count += 1)}`;
		const store = new DexieSegmentStore(name);
		made.push(store);
		await record(store, DOOR, 1, 2);
		await record(store, YARD, 1, 2, T0 - 9 * MINUTE);
		await store.append(DOOR, 1, sealed(3, T0 + 2 * SECOND));
		const keys = [...[1, 2].map((seq) => ({ camera: DOOR, seq })), { camera: YARD, seq: 0 }];
		keys.push(...[1, 2].map((seq) => ({ camera: YARD, seq })), { camera: DOOR, seq: 3 });
		const places = await Promise.all(keys.map((key) => placeOf(name, { ...key, runNo: 1 })));
		expect(places).toEqual(places.toSorted((a, b) => a - b));
		expect(new Set(places).size).toBe(6);
	});

	test('ST7 ST32 a segment in the page after its minute is found', async () => {
		const name = `contract-${(count += 1)}`;
		const store = new DexieSegmentStore(name);
		made.push(store);
		await record(store, DOOR, 1, 3);
		await rawly(name, async (table) => {
			const row = (await answer(table('pages').get([DOOR, 1, T0 / MINUTE]))) as { minute: number };
			await answer(table('pages').clear());
			await answer(table('pages').put({ ...row, minute: row.minute + 1 }));
		});
		const found = await store.between(DOOR, T0, T0 + MINUTE);
		const heads = await Promise.all(found.map(async (one) => (await store.read(one))?.head));
		expect(heads).toEqual([1, 2, 3].map((seq) => sealed(seq, T0).head));
		expect(await store.damaged(found[1]!)).toBe(true);
	});

	test('RT3 no bytes of an evicted segment stay', async () => {
		const name = `contract-${(count += 1)}`;
		const store = new DexieSegmentStore(name);
		made.push(store);
		await record(store, DOOR, 1, 90);
		await store.evict(1, 1);
		expect(await counts(name)).toMatchObject({ bytes: 1 + 30, pages: 1 });
	});

	// There is no full disk here: tests/faults/quota.test.ts covers quota.
	test.each([5000, 60_000, 140_000])(
		'ST22 a segment of %i bytes lies in a file of its own',
		async (size) => {
			const name = `contract-${(count += 1)}`;
			const [store, rows] = [new DexieSegmentStore(name), new DexieFootageRows(name)];
			await record(store, DOOR, 1, 1);
			const written = sealed(2, T0 + SECOND, size);
			await store.append(DOOR, 1, written);
			const segment = { camera: DOOR, runNo: 1, seq: 2, startUs: written.startUs };
			const place = await placeOf(name, segment);
			const row = await rawly(name, (table) =>
				answer(table('bytes').get(place) as IDBRequest<{ bytes: unknown }>),
			);
			expect(row.bytes).toBeInstanceOf(Blob);
			expect(await store.read(segment)).toEqual({ bytes: written.bytes, head: written.head });
			expect(await rows.read(['bytes'], (bytes) => bytes.sizeAt(place))).toBe(size);
			await rows.write(['bytes'], (bytes) => bytes.deleteBytes([place]));
			expect(await store.read(segment)).toBeNull();
			made.push(store);
			rows.dispose();
		},
	);

	/** Counts the rows that IndexedDB hands out, by table, while `work` runs. */
	async function rowsRead(work: () => Promise<unknown>): Promise<Record<string, number>> {
		const counts: Record<string, number> = {};
		const spies = (['get', 'getAll', 'openCursor', 'count', 'getAllRecords'] as const).flatMap(
			(method) =>
				[IDBObjectStore.prototype, IDBIndex.prototype].flatMap((type) => {
					const native = (type as unknown as Record<string, (...args: unknown[]) => IDBRequest>)[
						method
					];
					if (native === undefined) return [];
					return vi
						.spyOn(type as unknown as Record<string, typeof native>, method)
						.mockImplementation(function (this: IDBObjectStore | IDBIndex, ...args) {
							const request = native.apply(this, args);
							const { name: table } = 'objectStore' in this ? this.objectStore : this;
							request.addEventListener('success', () => {
								const { result } = request as { result: unknown };
								const one = result && typeof result === 'object' ? 1 : 0;
								const rows = Array.isArray(result) ? result.length : one;
								counts[table] = (counts[table] ?? 0) + rows;
							});
							return request;
						});
				}),
		);
		await work();
		for (const spy of spies) spy.mockRestore();
		return counts;
	}

	test('RT10 ST12 the bytes kept and a day’s coverage read run rows only, however long the runs', async () => {
		const store = await make();
		for (const runNo of [1, 2, 3]) {
			await record(store, DOOR, runNo, 50, T0 + runNo * 200 * SECOND);
			await store.close(DOOR, runNo, 'stopped');
		}
		await record(store, YARD, 1, 50);
		const runs = [...(await store.runs(DOOR)), ...(await store.runs(YARD))];
		const used = runs.reduce((sum, { bytes }) => sum + bytes, 0);
		expect(await store.usedBytes()).toBe(used);
		// The first use of a store also inspects it, in the background: until that has ended.
		await expect.poll(() => rowsRead(() => store.usedBytes())).toEqual({ runs: 4 });
		let day: Coverage | undefined;
		const forDay = await rowsRead(async () => {
			day = coverage(await store.runs(DOOR, T0, T0 + 1000 * SECOND), T0, T0 + 1000 * SECOND);
		});
		expect(forDay).toEqual({ runs: 3 });
		expect(day?.footage).toHaveLength(3);
	});
});
