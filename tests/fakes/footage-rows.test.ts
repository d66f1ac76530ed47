import { describe, expect, test } from 'vitest';
import { Fault } from '#domain/base/fault.ts';
import type { FootageDisk, Row } from '../contracts/footage-disk.ts';
import { evictionPlanContract } from '../contracts/eviction-plan.ts';
import { footageContract, ownStore } from '../contracts/footage.ts';
import { pinsAndTrashContract } from '../contracts/pins-and-trash.ts';
import { segmentStoreContract } from '../contracts/segment-store.ts';
import { storeAtomicityContract } from '../contracts/store-atomicity.ts';
import { storeCheckContract } from '../contracts/store-check.ts';
import { storeDamageContract } from '../contracts/store-damage.ts';
import { thumbnailStoreContract } from '../contracts/thumbnail-store.ts';
import { MemoryDisk, MemoryFootageRows } from './footage-rows.ts';
import { MemorySegmentStore } from './segment-store.ts';

function memoryDisk(): FootageDisk {
	const disk = new MemoryDisk();
	const stores: MemorySegmentStore[] = [];
	return {
		rows: new MemoryFootageRows(disk),
		open() {
			const store = new MemorySegmentStore(disk);
			stores.push(store);
			return store;
		},
		alter(table, key, with_) {
			const rows = disk.table(table);
			rows.put(key, with_(rows.get(key) as Row));
			return Promise.resolve();
		},
		makeUnreadable: (table, key) => disk.table(table).makeUnreadable(key),
		refuseRunRow() {
			disk.runFailures.push(new Fault('quota', 'no room'));
			return () => 1 - disk.runFailures.length;
		},
		quarantined: () => Promise.resolve(disk.table('quarantined').all().length),
		dispose() {
			for (const store of stores) store.dispose();
		},
	};
}

describe('footage in memory', () => {
	const make = () => Promise.resolve(new MemorySegmentStore());
	footageContract(async () => ownStore(await make()));
	segmentStoreContract(make);
	evictionPlanContract(make, 60);
	pinsAndTrashContract(memoryDisk);
	storeDamageContract(memoryDisk);
	thumbnailStoreContract(memoryDisk);
	storeCheckContract(memoryDisk);
	storeAtomicityContract(memoryDisk, 20);
});

test('a transaction that throws leaves nothing behind, and the next one runs', async () => {
	const { rows } = memoryDisk();
	const stored = { bytes: new Uint8Array(3), head: new Uint8Array(1) };
	const write = rows.write(['bytes'], async (bytes) => {
		await bytes.addBytes(stored);
		throw new Fault('conflict', 'no');
	});
	await expect(write).rejects.toMatchObject({ kind: 'conflict' });
	const places = () => rows.read(['bytes'], (bytes) => bytes.places(0, 99, 9));
	expect(await places()).toEqual([]);
	await rows.write(['bytes'], (bytes) => bytes.addBytes(stored));
	expect(await places()).toHaveLength(1);
});
