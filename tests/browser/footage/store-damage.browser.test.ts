import { expect, test, vi } from 'vitest';
import { placeIn } from '../../contracts/footage-disk.ts';
import { DOOR, record, SECOND, T0 } from '../../contracts/segment-store.ts';
import { dexieDisk } from './dexie-disk.ts';

test('ST19 a Blob this small was never written, but is readable', async () => {
	const disk = dexieDisk();
	const store = disk.open();
	await record(store, DOOR, 1, 1);
	const [segment] = await store.between(DOOR, T0, T0 + SECOND);
	await disk.alter('bytes', await placeIn(disk.rows, segment!), (row) => ({
		...row,
		bytes: new Blob(['abc']),
	}));
	expect((await store.read(segment!))!.bytes).toEqual(new Uint8Array([97, 98, 99]));
	disk.dispose();
});

test('ST31 bytes that cannot be read for a moment are no damage', async () => {
	const disk = dexieDisk();
	const store = disk.open();
	await record(store, DOOR, 1, 1);
	const [segment] = await store.between(DOOR, T0, T0 + SECOND);
	const here = (await store.read(segment!))!.bytes;
	disk.makeUnreadable('bytes', await placeIn(disk.rows, segment!));
	const gets = vi.spyOn(IDBObjectStore.prototype, 'get');
	const reading = store.read(segment!);
	await expect
		.poll(() =>
			gets.mock.contexts.some((one) => one instanceof IDBObjectStore && one.name === 'bytes'),
		)
		.toBe(true);
	vi.restoreAllMocks();
	expect((await reading)!.bytes).toEqual(here);
	disk.dispose();
});
