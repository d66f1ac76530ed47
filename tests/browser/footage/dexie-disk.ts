/* eslint-disable @typescript-eslint/unbound-method -- prototypes are patched to let the database fail */
import { vi } from 'vitest';
import { DexieFootageRows } from '#browser/footage/footage-rows.ts';
import type { FootageDisk, Row } from '../../contracts/footage-disk.ts';
import { DexieSegmentStore } from '../../support/dexie-segment-store.ts';
import { answer, counts, rawly } from './raw-database.ts';

/** A database that can be damaged. Restore all mocks after each test. */
export function dexieDisk(name = `disk-${crypto.randomUUID()}`): FootageDisk {
	const rows = new DexieFootageRows(name);
	const opened: { dispose(): void }[] = [rows];
	return {
		rows,
		open() {
			const store = new DexieSegmentStore(name);
			opened.push(store);
			return store;
		},
		alter: (table, key, with_) =>
			rawly(name, async (open) => {
				const row = (await answer(open(table).get(key))) as Row;
				await answer(open(table).put(with_(row)));
			}),
		makeUnreadable,
		refuseRunRow,
		quarantined: async () => (await counts(name))['quarantined']!,
		dispose() {
			for (const one of opened) one.dispose();
			indexedDB.deleteDatabase(name);
		},
	};
}

/** Reads of the row fail, and so do queries of the table until the row is deleted or replaced. */
function makeUnreadable(table: string, key: unknown): void {
	const isIt = (other: unknown) => JSON.stringify(other) === JSON.stringify(key);
	let there = true;
	const { get, getAll, openCursor, put, delete: remove } = IDBObjectStore.prototype;
	const { getAll: getAllOf } = IDBIndex.prototype;
	vi.spyOn(IDBObjectStore.prototype, 'get').mockImplementation(function (
		this: IDBObjectStore,
		one,
	) {
		const request = get.call(this, one);
		return there && this.name === table && isIt(one) ? failing(request) : request;
	});
	vi.spyOn(IDBObjectStore.prototype, 'getAll').mockImplementation(function (
		this: IDBObjectStore,
		...given
	) {
		const request = getAll.apply(this, given);
		return there && this.name === table ? failing(request) : request;
	});
	vi.spyOn(IDBObjectStore.prototype, 'openCursor').mockImplementation(function (
		this: IDBObjectStore,
		...given
	) {
		const request = openCursor.apply(this, given);
		return there && this.name === table ? failing(request) : request;
	});
	vi.spyOn(IDBIndex.prototype, 'getAll').mockImplementation(function (this: IDBIndex, ...given) {
		const request = getAllOf.apply(this, given);
		return there && this.objectStore.name === table ? failing(request) : request;
	});
	vi.spyOn(IDBObjectStore.prototype, 'delete').mockImplementation(function (
		this: IDBObjectStore,
		one,
	) {
		if (this.name === table && isIt(one)) there = false;
		return remove.call(this, one);
	});
	vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
		this: IDBObjectStore,
		row,
		...given
	) {
		if (this.name === table) there = false;
		return put.call(this, row, ...given);
	});
}

/** A request that fails instead of succeeding, as with an unreadable value. */
function failing<T>(request: IDBRequest<T>): IDBRequest<T> {
	let tell: ((event: Event) => void) | null = null;
	request.addEventListener('success', () => {
		const error = new DOMException('Failed to read', 'UnknownError');
		const event = { type: 'error', target: { error }, preventDefault() {}, stopPropagation() {} };
		tell?.(event as unknown as Event);
	});
	Object.defineProperty(request, 'onsuccess', { set: () => undefined });
	Object.defineProperty(request, 'onerror', { set: (listener: typeof tell) => (tell = listener) });
	return request;
}

function refuseRunRow(): () => number {
	const { put } = IDBObjectStore.prototype;
	let refused = 0;
	vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
		this: IDBObjectStore,
		...given
	) {
		if (this.name === 'runs' && refused === 0) {
			refused += 1;
			throw new DOMException('no room', 'QuotaExceededError');
		}
		return put.apply(this, given);
	});
	return () => refused;
}
