import { expectFault, Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { Listeners } from '#domain/base/listeners.ts';
import {
	asBytes,
	asFields,
	type PageKey,
	type PageRow,
	type RunKey,
	type RunRow,
	type ThumbnailRow,
} from '#domain/footage/rows.ts';
import type { StoredBytes } from '#domain/footage/segment.ts';
import type { Span } from '#domain/footage/span.ts';
import type {
	AddedTo,
	FootageRows,
	FootageTable,
	KeyOf,
	PageRange,
	RowOf,
	RowReader,
	RowWriter,
	RunRange,
	Stored,
	Take,
	ThumbnailRange,
} from '#ports/footage/footage-rows.ts';
import { DatabaseConnection } from '#browser/storage/database-connection.ts';
import { readable } from '#browser/storage/fault-from.ts';
import { rangeOf, resultOf } from '#browser/storage/native-transaction.ts';
import { FOOTAGE, FootageDatabase } from './database.ts';
import { contentOf, lengthOf, storable } from './stored-bytes.ts';

/** A value may be unreadable for a moment; only one that still is counts as damage (ST31). */
const READ_AGAIN_MS = 250;

/** Footage in IndexedDB. Rules and layout: docs/spec/store.md. */
export class DexieFootageRows implements FootageRows {
	readonly #connection: DatabaseConnection<FootageDatabase>;
	readonly #channel: BroadcastChannel;
	readonly #watchers = new Listeners();
	#disposed = false;

	/** `deadlineMs`: for tests with a hanging database. */
	constructor(name = FOOTAGE, deadlineMs?: number) {
		this.#connection = new DatabaseConnection(
			() => new FootageDatabase(name),
			'footage',
			deadlineMs,
		);
		this.#channel = new BroadcastChannel(name);
		this.#channel.onmessage = () => this.#watchers.notify();
	}

	read<T>(tables: readonly FootageTable[], work: (rows: RowReader) => Promise<T>): Promise<T> {
		return this.#connection.native('r', tables, (transaction) => work(new NativeRows(transaction)));
	}

	write<T>(tables: readonly FootageTable[], work: (rows: RowWriter) => Promise<T>): Promise<T> {
		return this.#connection.native('rw', tables, (transaction) =>
			work(new NativeRows(transaction)),
		);
	}

	async bytesAt(
		tables: readonly FootageTable[],
		find: (rows: RowReader) => Promise<number | null>,
	): Promise<StoredBytes | null> {
		try {
			return await this.#bytesOnce(tables, find);
		} catch (error) {
			expectFault(error);
			if (error.kind !== 'corrupt') throw error;
			await new Promise((resolve) => setTimeout(resolve, READ_AGAIN_MS));
			return this.#bytesOnce(tables, find);
		}
	}

	async #bytesOnce(
		tables: readonly FootageTable[],
		find: (rows: RowReader) => Promise<number | null>,
	): Promise<StoredBytes | null> {
		const found = await this.#connection.native('r', ['bytes', ...tables], async (transaction) => {
			const place = await find(new NativeRows(transaction));
			if (place === null) return null;
			const bytes = transaction.objectStore('bytes');
			const there = await resultOf(bytes.count(place));
			return there === 0 ? null : { place, row: await readable(resultOf(bytes.get(place))) };
		});
		if (found === null) return null;
		const fields = asFields(found.row);
		const head = asBytes(fields?.['head']);
		const bytes = await contentOf(fields?.['bytes']);
		if (head === null || bytes === null || bytes.length === 0) {
			throw new Fault('corrupt', `bytes at place ${found.place} cannot be read`);
		}
		return { bytes, head };
	}

	announce(): void {
		if (this.#disposed) return;
		this.#channel.postMessage(null);
		this.#watchers.notify();
	}

	watch(changed: () => void): () => void {
		return this.#watchers.add(changed);
	}

	dispose(): void {
		this.#disposed = true;
		this.#watchers.clear();
		this.#channel.close();
		this.#connection.dispose();
	}
}

type Source = IDBObjectStore | IDBIndex;

/** A part of a table, in the order of `source`. `null`: nothing can be in it. */
interface Part {
	readonly source: Source;
	readonly range: IDBKeyRange | null | undefined;
}

/** Above every number in an array of keys. */
const HIGHEST: IDBValidKey = [];

/** The tables within a transaction. A write that is not answered fails the transaction. */
class NativeRows implements RowWriter {
	readonly #transaction: IDBTransaction;

	constructor(transaction: IDBTransaction) {
		this.#transaction = transaction;
	}

	get<T extends keyof KeyOf>(table: T, key: KeyOf[T]): Promise<unknown> {
		return readable(resultOf(this.#table(table).get(key)));
	}

	async has<T extends keyof KeyOf>(table: T, key: KeyOf[T]): Promise<boolean> {
		return (await resultOf(this.#table(table).count(key))) > 0;
	}

	list(table: 'pins' | 'removals', camera?: CameraId): Promise<unknown[]> {
		const rows = this.#table(table);
		return resultOf(camera === undefined ? rows.getAll() : rows.index('camera').getAll(camera));
	}

	runs(range: RunRange, take?: Take): Promise<Stored<RunKey>[]> {
		const keyOf = ({ camera, runNo }: RunRow): RunKey => [camera, runNo];
		return stored(this.#runs(range), take, (key) => this.get('runs', key), keyOf);
	}

	runKeys(range: RunRange): Promise<RunKey[]> {
		return keysIn(this.#runs(range));
	}

	pages(range: PageRange, take?: Take): Promise<Stored<PageKey>[]> {
		const keyOf = ({ camera, runNo, minute }: PageRow): PageKey => [camera, runNo, minute];
		return stored(this.#pages(range), take, (key) => this.get('pages', key), keyOf);
	}

	pageKeys(range: PageRange, take?: Take): Promise<PageKey[]> {
		return keysIn(this.#pages(range), take);
	}

	async pagesOutOfOrder(): Promise<PageKey[]> {
		const pages = this.#table('pages');
		const inOrder = pages.index('firstPlace');
		const [all, found] = await Promise.all([pages, inOrder].map((one) => resultOf(one.count())));
		if (all === found) return [];
		const keys = (await keysIn({ source: inOrder, range: undefined })).map((key) =>
			JSON.stringify(key),
		);
		const known = new Set(keys);
		const every = await keysIn<PageKey>({ source: pages, range: undefined });
		return every.filter((key) => !known.has(JSON.stringify(key)));
	}

	async runsOfPages(): Promise<RunKey[]> {
		const source = this.#table('pages');
		const found: RunKey[] = [];
		for (let range: IDBKeyRange | undefined; ;) {
			const [next] = await keysIn<PageKey>({ source, range }, { first: 1 });
			if (next === undefined) return found;
			const [camera, runNo] = next;
			found.push([camera, runNo]);
			range = IDBKeyRange.lowerBound([camera, runNo, HIGHEST]);
		}
	}

	async head(place: number): Promise<Uint8Array | null> {
		return asBytes(asFields(await this.#bytesAt(place))?.['head']);
	}

	places(after: number, upTo: number, limit: number): Promise<number[]> {
		const range = rangeOf(after, upTo, [true, false]);
		return keysIn({ source: this.#table('bytes'), range }, { first: limit });
	}

	async newestPlace(): Promise<number> {
		const all = { source: this.#table('bytes'), range: undefined };
		return (await keysIn<number>(all, { last: 1 }))[0] ?? 0;
	}

	async sizeAt(place: number): Promise<number | null> {
		return lengthOf(asFields(await this.#bytesAt(place))?.['bytes']);
	}

	thumbnails(range: ThumbnailRange, take: Take): Promise<Stored<number>[]> {
		const thumbs = this.#table('thumbs');
		const part = thumbnailsIn(thumbs, range);
		const get = (place: number) => readable(resultOf(thumbs.get(place)));
		return stored(part, take, get, (row: ThumbnailRow & { readonly place: number }) => row.place);
	}

	countThumbnails(): Promise<number> {
		return resultOf(this.#table('thumbs').count());
	}

	put<T extends 'pages' | 'runs'>(table: T, row: RowOf[T]): Promise<void> {
		this.#table(table).put(row);
		return Promise.resolve();
	}

	add<T extends AddedTo>(table: T, row: RowOf[T]): Promise<number> {
		return resultOf(this.#table(table).add(row) as IDBRequest<number>);
	}

	delete<T extends keyof KeyOf>(table: T, key: KeyOf[T]): Promise<void> {
		this.#table(table).delete(key);
		return Promise.resolve();
	}

	addBytes({ bytes, head }: StoredBytes): Promise<number> {
		const row = { bytes: storable(bytes), head: head.slice() };
		return resultOf(this.#table('bytes').add(row) as IDBRequest<number>);
	}

	deleteBytes(places: readonly number[]): Promise<void> {
		const bytes = this.#table('bytes');
		for (const place of places) bytes.delete(place);
		return Promise.resolve();
	}

	async deleteThumbnails(camera: CameraId, { startUs, endUs }: Span): Promise<void> {
		const thumbs = this.#table('thumbs');
		const range = rangeOf([camera, startUs], [camera, endUs], [false, true]);
		const keys = await keysIn<number>({ source: thumbs.index('[camera+wallUs]'), range });
		for (const key of keys) thumbs.delete(key);
	}

	async deleteOldestThumbnails(count: number): Promise<void> {
		const source = this.#table('thumbs');
		const oldest = await keysIn<number>({ source, range: undefined }, { first: count });
		for (const key of oldest) source.delete(key);
	}

	#table(table: FootageTable): IDBObjectStore {
		return this.#transaction.objectStore(table);
	}

	#bytesAt(place: number): Promise<unknown> {
		return readable(resultOf(this.#table('bytes').get(place)));
	}

	#runs(range: RunRange): Part {
		const runs = this.#table('runs');
		if (range === 'all') return { source: runs, range: undefined };
		const { camera } = range;
		if ('endsAfterUs' in range) {
			const after = rangeOf([camera, range.endsAfterUs], [camera, HIGHEST], [true, false]);
			return { source: runs.index('[camera+endUs]'), range: after };
		}
		const { afterNo, beforeNo = HIGHEST } = range;
		const from = afterNo === undefined ? [camera] : [camera, afterNo];
		return { source: runs, range: rangeOf(from, [camera, beforeNo], [true, true]) };
	}

	#pages(range: PageRange): Part {
		const pages = this.#table('pages');
		if ('afterPlace' in range) {
			const after = IDBKeyRange.lowerBound(range.afterPlace, true);
			return { source: pages.index('firstPlace'), range: after };
		}
		if ('run' in range) {
			const { run, afterMinute } = range;
			const from = afterMinute === undefined ? run : [...run, afterMinute];
			return { source: pages, range: rangeOf(from, [...run, HIGHEST], [true, false]) };
		}
		const { camera, fromMinute, toMinute = HIGHEST } = range;
		const minutes = rangeOf([camera, fromMinute], [camera, toMinute], [false, false]);
		return { source: pages.index('[camera+minute]'), range: minutes };
	}
}

function thumbnailsIn(thumbs: IDBObjectStore, range: ThumbnailRange): Part {
	if (range === 'all') return { source: thumbs, range: undefined };
	const { camera, fromUs, untilUs } = range;
	const times = rangeOf([camera, fromUs], [camera, untilUs], [false, false]);
	return { source: thumbs.index('[camera+wallUs]'), range: times };
}

/** `keyOf`: the key as contained in the row. */
async function stored<K>(
	part: Part,
	take: Take | undefined,
	get: (key: K) => Promise<unknown>,
	keyOf: (row: never) => K,
): Promise<Stored<K>[]> {
	const rows = await readable(rowsIn(part, take));
	if (Array.isArray(rows)) return rows.map((row: unknown) => ({ key: keyOf(row as never), row }));
	// One row that throws fails the whole query: read each one separately.
	const keys = await keysIn<K>(part, take);
	return Promise.all(keys.map(async (key) => ({ key, row: await get(key) })));
}

async function rowsIn({ source, range }: Part, take?: Take): Promise<unknown[]> {
	if (range === null) return [];
	if (take === undefined || 'first' in take) return resultOf(source.getAll(range, take?.first));
	return lastOf(source.openCursor(range, 'prev'), take.last, ({ value }) => value as unknown);
}

async function keysIn<K>({ source, range }: Part, take?: Take): Promise<K[]> {
	if (range === null) return [];
	const keys =
		take === undefined || 'first' in take
			? resultOf(source.getAllKeys(range, take?.first))
			: lastOf(source.openKeyCursor(range, 'prev'), take.last, ({ primaryKey }) => primaryKey);
	return (await keys) as K[];
}

/** What a cursor that goes backwards finds, in forward order. */
async function lastOf<C extends IDBCursor, T>(
	request: IDBRequest<C | null>,
	count: number,
	found: (cursor: C) => T,
): Promise<T[]> {
	const all: T[] = [];
	for (let cursor = await resultOf(request); cursor !== null; cursor = await resultOf(request)) {
		all.push(found(cursor));
		if (all.length === count) break;
		cursor.continue();
	}
	return all.reverse();
}
