import Dexie from 'dexie';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { DexieFootageRows } from '#browser/footage/footage-rows.ts';
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
	test.each([5000, 60_000])(
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
});
