import Dexie, { type Collection } from 'dexie';
import type { CameraId } from '#domain/base/ids.ts';
import { endUsOf, minuteOf, segmentOf, type IndexEntry } from '#domain/footage/index-page.ts';
import { stallsIn } from '#domain/footage/run-change.ts';
import type { Segment, SegmentKey } from '#domain/footage/segment.ts';
import type { DatabaseConnection } from '#browser/storage/database-connection.ts';
import type { FootageDatabase } from './database.ts';
import { readable } from '#browser/storage/fault-from.ts';
import { sequenceHoles, type IndexRepair } from './index-repair.ts';
import {
	decodePage,
	decodeRun,
	type IndexPage,
	type PageKey,
	type PageRow,
	type RunKey,
	type RunRow,
} from './rows.ts';

const PAGES_AT_ONCE = 4;

/** Answers queries from the index, without touching bytes (docs/spec/store.md, "Reading"). */
export class IndexReader {
	readonly #connection: DatabaseConnection<FootageDatabase>;
	readonly #repair: IndexRepair;
	readonly #changed: () => void;

	/** `changed`: called when reading found and repaired damage. */
	constructor(
		connection: DatabaseConnection<FootageDatabase>,
		mending: IndexRepair,
		changed: () => void,
	) {
		this.#connection = connection;
		this.#repair = mending;
		this.#changed = changed;
	}

	async runs(camera: CameraId, fromUs = 0, toUs = Number.MAX_SAFE_INTEGER): Promise<RunRow[]> {
		const rows = await this.#runRows(({ runs }) =>
			fromUs <= 0
				? runs.where(':id').between([camera, Dexie.minKey], [camera, Dexie.maxKey])
				: runs.where('[camera+endUs]').between([camera, fromUs], [camera, Dexie.maxKey], false),
		);
		return rows.filter((run) => run.startUs < toUs).sort((a, b) => a.runNo - b.runNo);
	}

	async lastRun(camera: CameraId): Promise<RunRow | null> {
		const [last] = await this.#runRows(({ runs }) =>
			runs.where(':id').between([camera, Dexie.minKey], [camera, Dexie.maxKey]).reverse().limit(1),
		);
		return last ?? null;
	}

	async usedBytes(): Promise<number> {
		const rows = await this.#runRows(({ runs }) => runs.toCollection());
		return rows.reduce((sum, { bytes }) => sum + bytes, 0);
	}

	async between(camera: CameraId, fromUs: number, toUs: number): Promise<Segment[]> {
		if (toUs <= fromUs) return [];
		const pages = await this.#pages(camera, minuteOf(fromUs), minuteOf(toUs - 1));
		const segments: Segment[] = [];
		for (const [runNo, entries] of byRun(pages)) {
			const holes = [...sequenceHoles(entries), ...stallsIn(entries)];
			if (holes.length > 0 && (await this.#repair.recordHoles([camera, runNo], holes)))
				this.#changed();
			for (const entry of entries) {
				if (!entry.deleted && entry.startUs < toUs && endUsOf(entry) > fromUs) {
					segments.push(segmentOf(camera, runNo, entry));
				}
			}
		}
		return segments;
	}

	async at(camera: CameraId, us: number): Promise<Segment | null> {
		const here = minuteOf(us);
		const near = goodOf(camera, await this.#pages(camera, here, here));
		const shown = near.findLast((one) => one.startUs <= us && endUsOf(one) > us);
		if (shown !== undefined) return shown;
		let from = here;
		let found = earliest(near, us);
		let to = here;
		// The next page may hold a segment that starts earlier than the one found (ST7).
		while (found === null || minuteOf(found.startUs) > to) {
			const ahead = await this.#pageRows(({ pages }) =>
				pages
					.where('[camera+minute]')
					.between([camera, from], [camera, Dexie.maxKey])
					.limit(PAGES_AT_ONCE),
			);
			if (ahead.length === 0) return null;
			to = ahead.reduce((latest, { minute }) => Math.max(latest, minute), from);
			found = earliest(goodOf(camera, await this.#pages(camera, from, to)), us);
			from = to + 1;
		}
		return found;
	}

	/**
	 * All pages that may hold segments touching these minutes: a segment may extend beyond its
	 * minute, and be in the page after it (ST7).
	 */
	#pages(camera: CameraId, fromMinute: number, toMinute: number): Promise<IndexPage[]> {
		return this.#pageRows(({ pages }) =>
			pages
				.where('[camera+minute]')
				.between([camera, fromMinute - 1], [camera, toMinute + 1], true, true),
		);
	}

	#runRows(range: (database: FootageDatabase) => Collection<unknown, RunKey>): Promise<RunRow[]> {
		const get = ({ runs }: FootageDatabase, key: RunKey) => runs.get(key);
		const keyOf = ({ camera, runNo }: RunRow): RunKey => [camera, runNo];
		return this.#whole('runs', { range, get, keyOf, decode: decodeRun });
	}

	#pageRows(
		range: (database: FootageDatabase) => Collection<unknown, PageKey>,
	): Promise<IndexPage[]> {
		const get = ({ pages }: FootageDatabase, key: PageKey) => pages.get(key);
		const keyOf = ({ camera, runNo, minute }: PageRow): PageKey => [camera, runNo, minute];
		return this.#whole('pages', { range, get, keyOf, decode: decodePage });
	}

	/** Valid rows of a range. Damaged rows are repaired and read again. */
	async #whole<T, K extends RunKey | PageKey>(
		table: 'pages' | 'runs',
		source: RowSource<T, K>,
	): Promise<T[]> {
		for (let looked = 0; ; looked += 1) {
			const { rows, damaged } = await this.#connection.read([table], (database) =>
				readRows(database, source),
			);
			if (damaged.length === 0 || looked === 2) return rows;
			if (!(await this.#repair.repair(table, damaged))) return rows;
			this.#changed();
		}
	}
}

/** Index entry and page of a segment; `null`: neither its page nor the next one has it (ST7). */
export async function entryOf(
	{ pages }: FootageDatabase,
	{ camera, runNo, seq, startUs }: SegmentKey,
): Promise<{ page: IndexPage; entry: IndexEntry } | null> {
	const minute = minuteOf(startUs);
	for (const key of [minute, minute + 1]) {
		const page = decodePage(await readable(pages.get([camera, runNo, key])));
		const entry = page?.parsed.find((one) => one.seq === seq);
		if (page !== null && entry !== undefined) return { page, entry };
	}
	return null;
}

/** Where the bytes of a segment or init section (`seq` 0) are; `null`: not in the index. */
export async function placeOf(
	database: FootageDatabase,
	segment: SegmentKey,
): Promise<number | null> {
	const { camera, runNo, seq } = segment;
	if (seq > 0) return (await entryOf(database, segment))?.entry.place ?? null;
	return decodeRun(await readable(database.runs.get([camera, runNo])))?.initPlace ?? null;
}

interface RowSource<T, K> {
	readonly range: (database: FootageDatabase) => Collection<unknown, K>;
	readonly get: (database: FootageDatabase, key: K) => PromiseLike<unknown>;
	/** The key as contained in the stored row. */
	readonly keyOf: (row: T) => K;
	readonly decode: (row: unknown) => T | null;
}

async function readRows<T, K>(
	database: FootageDatabase,
	{ range, get, keyOf, decode }: RowSource<T, K>,
): Promise<{ rows: T[]; damaged: K[] }> {
	const rows: T[] = [];
	const damaged: K[] = [];
	const take = (key: K, stored: unknown) => {
		const row = decode(stored);
		if (row === null) damaged.push(key);
		else rows.push(row);
	};
	const all = await readable(range(database).toArray());
	if (Array.isArray(all)) {
		for (const stored of all) take(keyOf(stored as T), stored);
	} else {
		// One row that throws fails the whole query: read each one separately.
		for (const key of await range(database).primaryKeys()) {
			take(key, await readable(get(database, key)));
		}
	}
	return { rows, damaged };
}

/** By run number, in recording order. */
function byRun(pages: readonly IndexPage[]): Map<number, IndexEntry[]> {
	const runs = new Map<number, IndexEntry[]>();
	for (const { runNo, parsed } of pages.toSorted(
		(a, b) => a.runNo - b.runNo || a.minute - b.minute,
	)) {
		const entries = runs.get(runNo);
		if (entries === undefined) runs.set(runNo, [...parsed]);
		else entries.push(...parsed);
	}
	return runs;
}

function goodOf(camera: CameraId, pages: readonly IndexPage[]): Segment[] {
	return [...byRun(pages)].flatMap(([runNo, entries]) =>
		entries
			.filter(({ bad, deleted }) => !bad && !deleted)
			.map((entry) => segmentOf(camera, runNo, entry)),
	);
}

function earliest(segments: readonly Segment[], us: number): Segment | null {
	let first: Segment | null = null;
	for (const segment of segments) {
		if (segment.startUs < us) continue;
		if (first === null || segment.startUs <= first.startUs) first = segment;
	}
	return first;
}
