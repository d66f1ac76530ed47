/* eslint-disable @typescript-eslint/require-await -- async turns what is thrown into a rejection, as in the real one */
import { Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { Listeners } from '#domain/base/listeners.ts';
import { Serial } from '#domain/base/serial.ts';
import { asBytes, asFields, type PageKey, type RunKey } from '#domain/footage/rows.ts';
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

const TABLES: FootageTable[] = [
	...(['bytes', 'pages', 'runs', 'quarantined', 'thumbs', 'pins', 'removals'] as const),
];

const ALL = { first: Infinity };

/** The tables; several `MemoryFootageRows` may use them, as several tabs do. */
export class MemoryDisk {
	/** Capacity for sealed bytes; beyond it writes throw `quota`. */
	roomBytes = Infinity;
	/** Thrown by the next writes of bytes, one each. */
	readonly failures: Fault[] = [];
	/** Thrown by the next writes of run rows, one each. */
	readonly runFailures: Fault[] = [];
	readonly tables = new Map(TABLES.map((name) => [name, new MemoryTable()]));
	/** One transaction at a time. */
	readonly transactions = new Serial();
	readonly tabs = new Set<Listeners>();

	table(name: FootageTable): MemoryTable {
		return this.tables.get(name)!;
	}
}

interface MemoryRow {
	readonly key: unknown;
	row: unknown;
	/** Reading it fails. */
	unreadable?: true;
}

/** Rows in order of key. Changes can be taken back. */
class MemoryTable {
	readonly #rows: MemoryRow[] = [];
	#undo: (() => void)[] = [];
	#newest = 0;

	get(key: unknown): unknown {
		const { at, found } = this.#find(key);
		const stored = found ? this.#rows[at] : undefined;
		return stored?.unreadable === true ? undefined : stored?.row;
	}

	has(key: unknown): boolean {
		return this.#find(key).found;
	}

	/** In order of key; `first`: only those whose key begins like this. */
	all<K>(...first: readonly unknown[]): Stored<K>[] {
		const from = first.length === 0 ? 0 : this.#find(first).at;
		const found: Stored<K>[] = [];
		for (let at = from; at < this.#rows.length; at += 1) {
			const { key, row, unreadable } = this.#rows[at]!;
			if (first.some((part, n) => (key as unknown[])[n] !== part)) break;
			found.push({ key: key as K, row: unreadable ? undefined : row });
		}
		return found;
	}

	put(key: unknown, row: unknown): void {
		const { at, found } = this.#find(key);
		const before = this.#rows.splice(at, found ? 1 : 0, { key, row });
		this.#undo.push(() => this.#rows.splice(this.#find(key).at, 1, ...before));
	}

	/** `row`: given its id. */
	add(row: (id: number) => unknown): number {
		this.#newest += 1;
		this.put(this.#newest, row(this.#newest));
		return this.#newest;
	}

	delete(key: unknown): void {
		const { at, found } = this.#find(key);
		if (!found) return;
		const before = this.#rows.splice(at, 1);
		this.#undo.push(() => this.#rows.splice(this.#find(key).at, 0, ...before));
	}

	makeUnreadable(key: unknown): void {
		const { at, found } = this.#find(key);
		if (found) this.#rows[at]!.unreadable = true;
	}

	commit(): void {
		this.#undo = [];
	}

	rollBack(): void {
		for (const undo of this.#undo.splice(0).reverse()) undo();
	}

	/** Where it is, or would be. */
	#find(key: unknown): { readonly at: number; readonly found: boolean } {
		let [low, high] = [0, this.#rows.length];
		while (low < high) {
			const middle = (low + high) >> 1;
			if (order(this.#rows[middle]!.key, key) < 0) low = middle + 1;
			else high = middle;
		}
		return { at: low, found: low < this.#rows.length && order(this.#rows[low]!.key, key) === 0 };
	}
}

/** Footage in memory. */
export class MemoryFootageRows implements FootageRows {
	readonly disk: MemoryDisk;
	readonly #watchers = new Listeners();

	constructor(disk = new MemoryDisk()) {
		this.disk = disk;
		disk.tabs.add(this.#watchers);
	}

	read<T>(_: readonly FootageTable[], work: (rows: RowReader) => Promise<T>): Promise<T> {
		return this.disk.transactions.run(() => work(new MemoryRows(this.disk)));
	}

	write<T>(_: readonly FootageTable[], work: (rows: RowWriter) => Promise<T>): Promise<T> {
		const tables = [...this.disk.tables.values()];
		return this.disk.transactions.run(async () => {
			try {
				const done = await work(new MemoryRows(this.disk));
				for (const table of tables) table.commit();
				return done;
			} catch (error) {
				for (const table of tables) table.rollBack();
				throw error;
			}
		});
	}

	async bytesAt(
		tables: readonly FootageTable[],
		find: (rows: RowReader) => Promise<number | null>,
	): Promise<StoredBytes | null> {
		const table = this.disk.table('bytes');
		const place = await this.read(['bytes', ...tables], find);
		if (place === null || !table.has(place)) return null;
		const fields = asFields(table.get(place));
		const [bytes, head] = [asBytes(fields?.['bytes']), asBytes(fields?.['head'])];
		if (bytes === null || head === null || bytes.length === 0) {
			throw new Fault('corrupt', `bytes at place ${String(place)} cannot be read`);
		}
		return { bytes: bytes.slice(), head: head.slice() };
	}

	announce(): void {
		for (const tab of this.disk.tabs) tab.notify();
	}

	watch(changed: () => void): () => void {
		return this.#watchers.add(changed);
	}

	dispose(): void {
		this.#watchers.clear();
		this.disk.tabs.delete(this.#watchers);
	}
}

class MemoryRows implements RowWriter {
	readonly #disk: MemoryDisk;
	readonly #runs: MemoryTable;
	readonly #pages: MemoryTable;
	readonly #bytes: MemoryTable;
	readonly #thumbs: MemoryTable;

	constructor(disk: MemoryDisk) {
		this.#disk = disk;
		this.#runs = disk.table('runs');
		this.#pages = disk.table('pages');
		this.#bytes = disk.table('bytes');
		this.#thumbs = disk.table('thumbs');
	}

	async get<T extends keyof KeyOf>(table: T, key: KeyOf[T]): Promise<unknown> {
		return this.#disk.table(table).get(key);
	}

	async has<T extends keyof KeyOf>(table: T, key: KeyOf[T]): Promise<boolean> {
		return this.#disk.table(table).has(key);
	}

	async list(table: 'pins' | 'removals', camera?: CameraId): Promise<unknown[]> {
		const rows = this.#disk
			.table(table)
			.all()
			.map(({ row }) => row);
		return rows.filter((row) => camera === undefined || asFields(row)?.['camera'] === camera);
	}

	async runs(range: RunRange, take?: Take): Promise<Stored<RunKey>[]> {
		if (range === 'all') return taken(this.#runs.all<RunKey>(), take);
		const own = this.#runs.all<RunKey>(range.camera);
		if ('endsAfterUs' in range) {
			return taken(
				by(own, 'endUs', (us) => us > range.endsAfterUs),
				take,
			);
		}
		const { afterNo = -Infinity, beforeNo = Infinity } = range;
		return taken(
			own.filter(({ key: [, runNo] }) => runNo > afterNo && runNo < beforeNo),
			take,
		);
	}

	async runKeys(range: RunRange): Promise<RunKey[]> {
		return (await this.runs(range)).map(({ key }) => key);
	}

	async pages(range: PageRange, take?: Take): Promise<Stored<PageKey>[]> {
		if ('afterPlace' in range) {
			const all = this.#pages.all<PageKey>();
			return taken(
				by(all, 'firstPlace', (place) => place > range.afterPlace),
				take,
			);
		}
		if ('run' in range) {
			const { afterMinute = -Infinity } = range;
			const own = this.#pages.all<PageKey>(...range.run);
			return taken(
				own.filter(({ key }) => key[2] > afterMinute),
				take,
			);
		}
		const { camera, fromMinute, toMinute = Infinity } = range;
		const own = this.#pages.all<PageKey>(camera);
		const within = own.filter(({ key }) => key[2] >= fromMinute && key[2] <= toMinute);
		return taken(
			within.sort((a, b) => a.key[2] - b.key[2]),
			take,
		);
	}

	async pageKeys(range: PageRange, take?: Take): Promise<PageKey[]> {
		return (await this.pages(range, take)).map(({ key }) => key);
	}

	async pagesOutOfOrder(): Promise<PageKey[]> {
		const all = this.#pages.all<PageKey>();
		const inOrder = new Set(by(all, 'firstPlace', () => true).map(({ key }) => key));
		return all.map(({ key }) => key).filter((key) => !inOrder.has(key));
	}

	async runsOfPages(): Promise<RunKey[]> {
		const keys = this.#pages.all<PageKey>().map(({ key: [camera, runNo] }) => [camera, runNo]);
		return [...new Set(keys.map((key) => JSON.stringify(key)))].map(
			(name) => JSON.parse(name) as RunKey,
		);
	}

	async head(place: number): Promise<Uint8Array | null> {
		return asBytes(asFields(this.#bytes.get(place))?.['head']);
	}

	async places(after: number, upTo: number, limit: number): Promise<number[]> {
		const all = this.#bytes.all<number>().map(({ key }) => key);
		return all.filter((place) => place > after && place <= upTo).slice(0, limit);
	}

	async newestPlace(): Promise<number> {
		return this.#bytes.all<number>().at(-1)?.key ?? 0;
	}

	async sizeAt(place: number): Promise<number | null> {
		return asBytes(asFields(this.#bytes.get(place))?.['bytes'])?.length ?? null;
	}

	async put<T extends 'pages' | 'runs'>(table: T, row: RowOf[T]): Promise<void> {
		if (table === 'runs') refuse(this.#disk.runFailures);
		const key = [row.camera, row.runNo, ...('minute' in row ? [row.minute] : [])];
		this.#disk.table(table).put(key, row);
	}

	async add<T extends AddedTo>(table: T, row: RowOf[T]): Promise<number> {
		const key = table === 'thumbs' ? 'place' : 'id';
		return this.#disk.table(table).add((id) => ({ ...row, [key]: id }));
	}

	async delete<T extends keyof KeyOf>(table: T, key: KeyOf[T]): Promise<void> {
		this.#disk.table(table).delete(key);
	}

	async addBytes({ bytes, head }: StoredBytes): Promise<number> {
		refuse(this.#disk.failures);
		const { roomBytes } = this.#disk;
		if (roomBytes < Infinity) {
			const sizes = this.#bytes.all().map(({ row }) => asBytes(asFields(row)?.['bytes'])?.length);
			const used = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
			if (used + bytes.length > roomBytes) throw new Fault('quota', 'no room for more');
		}
		return this.#bytes.add(() => ({ bytes: bytes.slice(), head: head.slice() }));
	}

	async deleteBytes(places: readonly number[]): Promise<void> {
		for (const place of places) this.#bytes.delete(place);
	}

	async thumbnails(range: ThumbnailRange, take: Take): Promise<Stored<number>[]> {
		const all = this.#thumbs.all<number>();
		if (range === 'all') return taken(all, take);
		const { camera, fromUs, untilUs } = range;
		const own = all.filter(({ row }) => asFields(row)?.['camera'] === camera);
		return taken(
			by(own, 'wallUs', (us) => us >= fromUs && us <= untilUs),
			take,
		);
	}

	async countThumbnails(): Promise<number> {
		return this.#thumbs.all().length;
	}

	async deleteThumbnails(camera: CameraId, { startUs, endUs }: Span): Promise<void> {
		const within = await this.thumbnails({ camera, fromUs: startUs, untilUs: endUs - 1 }, ALL);
		for (const { key } of within) this.#thumbs.delete(key);
	}

	async deleteOldestThumbnails(count: number): Promise<void> {
		for (const { key } of this.#thumbs.all().slice(0, count)) this.#thumbs.delete(key);
	}
}

function refuse(failures: Fault[]): void {
	const failure = failures.shift();
	if (failure !== undefined) throw failure;
}

/** Like an index of numbers: rows without one are not in it. */
function by<K>(rows: Stored<K>[], field: string, in_: (value: number) => boolean): Stored<K>[] {
	const found = rows.flatMap((stored) => {
		const value = asFields(stored.row)?.[field];
		return typeof value === 'number' && in_(value) ? [{ stored, value }] : [];
	});
	return found.sort((a, b) => a.value - b.value).map(({ stored }) => stored);
}

function taken<T>(rows: T[], take?: Take): T[] {
	if (take === undefined) return rows;
	return 'first' in take ? rows.slice(0, take.first) : rows.slice(-take.last);
}

/** By their parts, one after the other; what has no more comes first. */
function order(a: unknown, b: unknown): number {
	if (Array.isArray(a) && Array.isArray(b)) {
		for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
			const first = order(a[at], b[at]);
			if (first !== 0) return first;
		}
		return a.length - b.length;
	}
	return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;
}
