import Dexie, { type Collection, type Table } from 'dexie';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { Listeners } from '#domain/base/listeners.ts';
import {
	asBytes,
	asFields,
	type PageKey,
	type PageRow,
	type RunKey,
	type RunRow,
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
import { FOOTAGE, FootageDatabase } from './database.ts';
import { contentOf, lengthOf, storable } from './stored-bytes.ts';

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
		return this.#connection.read(tables, (database) => work(new DexieRows(database)));
	}

	write<T>(tables: readonly FootageTable[], work: (rows: RowWriter) => Promise<T>): Promise<T> {
		return this.#connection.write(tables, (database) => work(new DexieRows(database)));
	}

	async bytesAt(
		tables: readonly FootageTable[],
		find: (rows: RowReader) => Promise<number | null>,
	): Promise<StoredBytes | null> {
		const found = await this.#connection.read(['bytes', ...tables], async (database) => {
			const place = await find(new DexieRows(database));
			if (place === null) return null;
			const there = await database.bytes.where(':id').equals(place).count();
			return there === 0 ? null : { place, row: await readable(database.bytes.get(place)) };
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

/** The tables within a transaction. */
class DexieRows implements RowWriter {
	readonly #database: FootageDatabase;

	constructor(database: FootageDatabase) {
		this.#database = database;
	}

	get<T extends keyof KeyOf>(table: T, key: KeyOf[T]): Promise<unknown> {
		return readable(this.#table(table).get(key));
	}

	async has<T extends keyof KeyOf>(table: T, key: KeyOf[T]): Promise<boolean> {
		return (await this.#table(table).where(':id').equals(key).count()) > 0;
	}

	list(table: 'pins' | 'removals', camera?: CameraId): Promise<unknown[]> {
		const rows = this.#table(table);
		return (camera === undefined ? rows.toCollection() : rows.where({ camera })).toArray();
	}

	runs(range: RunRange, take?: Take): Promise<Stored<RunKey>[]> {
		const get = (key: RunKey) => this.#database.runs.get(key);
		return stored(
			() => this.#runs(range),
			take,
			get,
			(row) => [row.camera, row.runNo],
		);
	}

	runKeys(range: RunRange): Promise<RunKey[]> {
		return this.#runs(range).primaryKeys();
	}

	pages(range: PageRange, take?: Take): Promise<Stored<PageKey>[]> {
		const get = (key: PageKey) => this.#database.pages.get(key);
		return stored(
			() => this.#pages(range),
			take,
			get,
			(row) => [row.camera, row.runNo, row.minute],
		);
	}

	pageKeys(range: PageRange, take?: Take): Promise<PageKey[]> {
		return taken(this.#pages(range), take, (part) => part.primaryKeys());
	}

	async pagesOutOfOrder(): Promise<PageKey[]> {
		const { pages } = this.#database;
		const inOrder = pages.orderBy('firstPlace');
		if ((await pages.count()) === (await inOrder.count())) return [];
		const found = new Set((await inOrder.primaryKeys()).map((key) => JSON.stringify(key)));
		const all = await pages.toCollection().primaryKeys();
		return all.filter((key) => !found.has(JSON.stringify(key)));
	}

	async runsOfPages(): Promise<RunKey[]> {
		const { pages } = this.#database;
		const found: RunKey[] = [];
		let [next] = await pages.toCollection().limit(1).primaryKeys();
		while (next !== undefined) {
			const key: RunKey = [next[0], next[1]];
			found.push(key);
			[next] = await pages
				.where(':id')
				.above([...key, Dexie.maxKey])
				.limit(1)
				.primaryKeys();
		}
		return found;
	}

	async head(place: number): Promise<Uint8Array | null> {
		return asBytes(asFields(await readable(this.#database.bytes.get(place)))?.['head']);
	}

	places(after: number, upTo: number, limit: number): Promise<number[]> {
		const range = this.#database.bytes.where(':id').between(after, upTo, false, true);
		return range.limit(limit).primaryKeys();
	}

	async newestPlace(): Promise<number> {
		const newest = this.#database.bytes.toCollection().reverse().limit(1);
		return (await newest.primaryKeys())[0] ?? 0;
	}

	async sizeAt(place: number): Promise<number | null> {
		return lengthOf(asFields(await readable(this.#database.bytes.get(place)))?.['bytes']);
	}

	thumbnails(range: ThumbnailRange, take: Take): Promise<Stored<number>[]> {
		const get = (key: number) => this.#database.thumbs.get(key);
		return stored(
			() => this.#thumbnails(range),
			take,
			get,
			(row) => row.place,
		);
	}

	countThumbnails(): Promise<number> {
		return this.#database.thumbs.count();
	}

	async put<T extends 'pages' | 'runs'>(table: T, row: RowOf[T]): Promise<void> {
		await this.#table(table).put(row);
	}

	add<T extends AddedTo>(table: T, row: RowOf[T]): Promise<number> {
		return this.#database.table<unknown, number>(table).add(row);
	}

	delete<T extends keyof KeyOf>(table: T, key: KeyOf[T]): Promise<void> {
		return this.#table(table).delete(key);
	}

	addBytes({ bytes, head }: StoredBytes): Promise<number> {
		return this.#database.bytes.add({ bytes: storable(bytes), head: head.slice() });
	}

	deleteBytes(places: readonly number[]): Promise<void> {
		return this.#database.bytes.bulkDelete([...places]);
	}

	async deleteThumbnails(camera: CameraId, { startUs, endUs }: Span): Promise<void> {
		const range = this.#database.thumbs.where('[camera+wallUs]');
		await range.between([camera, startUs], [camera, endUs]).delete();
	}

	async deleteOldestThumbnails(count: number): Promise<void> {
		const { thumbs } = this.#database;
		await thumbs.bulkDelete(await thumbs.orderBy(':id').limit(count).primaryKeys());
	}

	#table<T extends keyof KeyOf>(table: T): Table<unknown, KeyOf[T]> {
		return this.#database.table(table);
	}

	#runs(range: RunRange): Collection<unknown, RunKey> {
		const { runs } = this.#database;
		if (range === 'all') return runs.toCollection();
		const { camera } = range;
		if ('endsAfterUs' in range) {
			const byEnd = runs.where('[camera+endUs]');
			return byEnd.between([camera, range.endsAfterUs], [camera, Dexie.maxKey], false);
		}
		const from = [camera, range.afterNo ?? Dexie.minKey];
		return runs.where(':id').between(from, [camera, range.beforeNo ?? Dexie.maxKey], false);
	}

	#pages(range: PageRange): Collection<unknown, PageKey> {
		const { pages } = this.#database;
		if ('afterPlace' in range) return pages.where('firstPlace').above(range.afterPlace);
		if ('run' in range) {
			const { run, afterMinute = Dexie.minKey } = range;
			return pages.where(':id').between([...run, afterMinute], [...run, Dexie.maxKey], false);
		}
		const { camera, fromMinute, toMinute = Dexie.maxKey } = range;
		const byMinute = pages.where('[camera+minute]');
		return byMinute.between([camera, fromMinute], [camera, toMinute], true, true);
	}

	#thumbnails(range: ThumbnailRange): Collection<unknown, number> {
		const { thumbs } = this.#database;
		if (range === 'all') return thumbs.toCollection();
		const { camera, fromUs, untilUs } = range;
		const byTime = thumbs.where('[camera+wallUs]');
		return byTime.between([camera, fromUs], [camera, untilUs], true, true);
	}
}

/** Every key that a row contains. */
type KeyFields = RunRow & PageRow & { readonly place: number };

/** `keyOf`: the key as contained in the row. */
async function stored<K>(
	range: () => Collection<unknown, K>,
	take: Take | undefined,
	get: (key: K) => PromiseLike<unknown>,
	keyOf: (row: KeyFields) => K,
): Promise<Stored<K>[]> {
	const rows = await readable(taken(range(), take, (part) => part.toArray()));
	if (Array.isArray(rows)) {
		return rows.map((row: unknown) => ({ key: keyOf(row as KeyFields), row }));
	}
	// One row that throws fails the whole query: read each one separately.
	const found: Stored<K>[] = [];
	for (const key of await taken(range(), take, (part) => part.primaryKeys())) {
		found.push({ key, row: await readable(get(key)) });
	}
	return found;
}

async function taken<K, T>(
	range: Collection<unknown, K>,
	take: Take | undefined,
	all: (part: Collection<unknown, K>) => PromiseLike<T[]>,
): Promise<T[]> {
	if (take === undefined) return all(range);
	if ('first' in take) return all(range.limit(take.first));
	return (await all(range.reverse().limit(take.last))).reverse();
}
