import Dexie from 'dexie';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { DexieFootageRows } from '#browser/footage/footage-rows.ts';
import { evictionPlanContract } from '../../contracts/eviction-plan.ts';
import { pinsAndTrashContract } from '../../contracts/pins-and-trash.ts';
import {
	DOOR,
	record,
	sealed,
	SECOND,
	segmentStoreContract,
	T0,
} from '../../contracts/segment-store.ts';
import { storeAtomicityContract } from '../../contracts/store-atomicity.ts';
import { storeCheckContract } from '../../contracts/store-check.ts';
import { storeDamageContract } from '../../contracts/store-damage.ts';
import { DexieSegmentStore } from '../../support/dexie-segment-store.ts';
import { dexieDisk } from './dexie-disk.ts';
import { answer, rawly } from './raw-database.ts';

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
	segmentStoreContract(make);
	evictionPlanContract(make, 6);
	pinsAndTrashContract(dexieDisk);
	storeDamageContract(dexieDisk);
	storeCheckContract(dexieDisk);
	storeAtomicityContract(dexieDisk, 2);

	// There is no full disk here: tests/faults/quota.test.ts covers quota.
	test.each([5000, 60_000])(
		'ST22 a segment of %i bytes lies in a file of its own',
		async (size) => {
			const name = `contract-${(count += 1)}`;
			const [store, rows] = [new DexieSegmentStore(name), new DexieFootageRows(name)];
			await record(store, DOOR, 1, 1);
			const written = sealed(2, T0 + SECOND, size);
			await store.append(DOOR, 1, written);
			const [segment] = await store.between(DOOR, T0 + SECOND, T0 + 2 * SECOND);
			const { place } = segment!;
			const row = await rawly(name, (table) =>
				answer(table('bytes').get(place) as IDBRequest<{ bytes: unknown }>),
			);
			expect(row.bytes).toBeInstanceOf(Blob);
			expect(await store.read(place)).toEqual({ bytes: written.bytes, head: written.head });
			expect(await rows.read(['bytes'], (bytes) => bytes.sizeAt(place))).toBe(size);
			await rows.write(['bytes'], (bytes) => bytes.deleteBytes([place]));
			expect(await store.read(place)).toBeNull();
			made.push(store);
			rows.dispose();
		},
	);
});
