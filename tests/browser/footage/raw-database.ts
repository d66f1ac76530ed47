/* eslint-disable @typescript-eslint/unbound-method -- prototypes are patched to let the database fail */
import { vi } from 'vitest';
import { DexieFootageRows } from '#browser/footage/footage-rows.ts';
import type { SegmentKey } from '#domain/footage/segment.ts';
import { placeIn } from '../../contracts/footage-disk.ts';

/** Raw access to the database, bypassing the adapter, to damage and inspect it. */
export async function rawOpen(
	name: string,
	version?: number,
	upgrade?: (database: IDBDatabase) => void,
): Promise<IDBDatabase> {
	const request = indexedDB.open(name, version);
	return new Promise((done, failed) => {
		request.onupgradeneeded = () => upgrade?.(request.result);
		request.onsuccess = () => done(request.result);
		request.onerror = () => failed(new Error('database open failed', { cause: request.error }));
	});
}

export function answer<T>(request: IDBRequest<T>): Promise<T> {
	return new Promise((done, failed) => {
		request.onsuccess = () => done(request.result);
		request.onerror = () => failed(new Error('database request failed', { cause: request.error }));
	});
}

/** One transaction over all tables, complete when the promise resolves. */
export async function rawly<T>(
	name: string,
	work: (table: (name: string) => IDBObjectStore) => Promise<T>,
): Promise<T> {
	const database = await rawOpen(name);
	try {
		const transaction = database.transaction([...database.objectStoreNames], 'readwrite');
		const complete = new Promise<void>((done, failed) => {
			transaction.oncomplete = () => done();
			transaction.onabort = () =>
				failed(new Error('database transaction aborted', { cause: transaction.error }));
		});
		const result = await work((table) => transaction.objectStore(table));
		await complete;
		return result;
	} finally {
		database.close();
	}
}

/** Where the bytes of a segment, or of the init section (`seq` 0), are. */
export async function placeOf(name: string, key: Omit<SegmentKey, 'startUs'>): Promise<number> {
	const rows = new DexieFootageRows(name);
	const place = await placeIn(rows, key);
	rows.dispose();
	return place;
}

export function counts(name: string): Promise<Record<string, number>> {
	return rawly(name, async (table) => {
		const found: Record<string, number> = {};
		for (const one of ['bytes', 'pages', 'runs', 'quarantined']) {
			found[one] = await answer(table(one).count());
		}
		return found;
	});
}

/**
 * Makes connections die. Call it first: Dexie captures `transaction` when it opens. `deaths`: how
 * many transactions fail from now on.
 */
export function mortal(name: string, dying: string): { deaths: number } {
	const fate = { deaths: 0 };
	const { transaction } = IDBDatabase.prototype;
	vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (
		this: IDBDatabase,
		...given
	) {
		if (this.name === name && fate.deaths > 0) {
			fate.deaths -= 1;
			throw new DOMException('dead', dying);
		}
		return transaction.apply(this, given);
	});
	return fate;
}
