import { describe, expect, test } from 'vitest';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import { DexieLastPictureStore } from '#browser/storage/last-picture-store.ts';
import { lastPictureStoreContract } from '../../contracts/last-picture-store.ts';

let count = 0;
const newName = () => `pictures-${(count += 1)}`;
const HALL = 'c3'.repeat(16) as CameraId;
const about = { camera: HALL, device: 'a1'.repeat(16) as DeviceId, atMs: 1_800_000_000_000 };
const jpeg = new TextEncoder().encode('a picture that nobody else may read');

/** All rows of a table, as they are stored. */
async function rowsOf(name: string, table: string): Promise<unknown[]> {
	const { promise, resolve, reject } = Promise.withResolvers<unknown[]>();
	const opening = indexedDB.open(name);
	opening.onerror = () => reject(new Error('did not open'));
	opening.onsuccess = () => {
		const asked = opening.result.transaction(table).objectStore(table).getAll();
		asked.onsuccess = () => resolve(asked.result as unknown[]);
		asked.onerror = () => reject(new Error('did not read'));
	};
	const rows = await promise;
	opening.result.close();
	return rows;
}

describe('DexieLastPictureStore', () => {
	lastPictureStoreContract(() => new DexieLastPictureStore(newName()));

	test('LV45 the stored picture is sealed, under a key that cannot be exported', async () => {
		const name = newName();
		const store = new DexieLastPictureStore(name);
		await store.write({ ...about, jpeg });
		const [row] = (await rowsOf(name, 'pictures')) as [{ sealed: Uint8Array<ArrayBuffer> }];
		expect(row.sealed.length).toBe(jpeg.length + 16);
		expect(new TextDecoder('latin1').decode(row.sealed)).not.toContain('picture');
		const [key] = (await rowsOf(name, 'keys')) as [CryptoKey];
		expect(key.extractable).toBe(false);
		// Another page opens it with the stored key.
		expect(await new DexieLastPictureStore(name).read(HALL)).toEqual({ ...about, jpeg });
	});

	test('LV45 a picture that does not open, or whose key is gone, reads as none', async () => {
		const name = newName();
		const store = new DexieLastPictureStore(name);
		await store.write({ ...about, jpeg });
		await changed(name, 'pictures', (row) => ({ ...(row as object), atMs: about.atMs + 1 }));
		expect(await store.read(HALL)).toBeNull();
		await changed(name, 'pictures', () => ({ camera: HALL }));
		expect(await store.read(HALL)).toBeNull();
		await store.write({ ...about, jpeg });
		expect(await store.read(HALL)).not.toBeNull();
		await changed(name, 'keys', () => 'no key', 'key');
		expect(await store.read(HALL)).toBeNull();
	});
});

async function changed(
	name: string,
	table: string,
	change: (row: unknown) => unknown,
	key?: string,
): Promise<void> {
	const { promise, resolve, reject } = Promise.withResolvers<undefined>();
	const opening = indexedDB.open(name);
	opening.onerror = () => reject(new Error('did not open'));
	opening.onsuccess = () => {
		const store = opening.result.transaction(table, 'readwrite').objectStore(table);
		const asked = store.getAll();
		asked.onsuccess = () => {
			const done = store.put(change(asked.result[0]), key);
			done.onsuccess = () => resolve(undefined);
			done.onerror = () => reject(new Error('did not write'));
		};
	};
	await promise;
	opening.result.close();
}
