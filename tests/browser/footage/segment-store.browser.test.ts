import Dexie from 'dexie';
import { afterEach, describe, expect, test } from 'vitest';
import { DexieStoreInspector } from '#browser/footage/store-inspector.ts';
import { DexieSegmentStore } from '#browser/footage/segment-store.ts';
import { evictionPlanContract } from '../../contracts/eviction-plan.ts';
import {
	DOOR,
	record,
	sealed,
	SECOND,
	segmentStoreContract,
	T0,
} from '../../contracts/segment-store.ts';
import { answer, rawly } from './raw-database.ts';

const made: DexieSegmentStore[] = [];
let count = 0;

afterEach(async () => {
	for (const store of made.splice(0)) store.dispose();
	for (const name of await Dexie.getDatabaseNames()) await Dexie.delete(name);
});

describe('DexieSegmentStore', () => {
	const make = () => {
		const store = new DexieSegmentStore(`contract-${(count += 1)}`);
		made.push(store);
		return Promise.resolve(store);
	};
	segmentStoreContract(make);
	evictionPlanContract(make, 6);

	// There is no full disk here: tests/faults/quota.test.ts covers quota.
	test.each([5000, 60_000])(
		'ST22 a segment of %i bytes lies in a file of its own',
		async (size) => {
			const name = `contract-${(count += 1)}`;
			const [store, examining] = [new DexieSegmentStore(name), new DexieStoreInspector(name)];
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
			expect(await examining.sizeAt(place)).toBe(size);
			expect(await examining.deleteBytes([place])).toBe(size);
			expect(await store.read(place)).toBeNull();
			made.push(store);
			examining.dispose();
		},
	);
});
