import type { CameraId } from '#domain/base/ids.ts';
import { endUsOf, minuteOf, segmentOf, type IndexEntry } from '#domain/footage/index-page.ts';
import {
	decodePage,
	decodeRun,
	type IndexPage,
	type PageKey,
	type RunKey,
	type RunRow,
} from '#domain/footage/rows.ts';
import { stallsIn } from '#domain/footage/run-change.ts';
import type { Segment, SegmentKey } from '#domain/footage/segment.ts';
import type {
	FootageRows,
	PageRange,
	RowReader,
	RunRange,
	Stored,
	Take,
} from '#ports/footage/footage-rows.ts';
import { sequenceHoles, type IndexRepair } from './index-repair.ts';
import { pageAt, runAt } from './rows-at.ts';

const PAGES_AT_ONCE = 4;

/** Answers queries from the index, without touching bytes (docs/spec/store.md, "Reading"). */
export class IndexReader {
	readonly #footage: FootageRows;
	readonly #repair: IndexRepair;
	readonly #changed: () => void;

	/** `changed`: called when reading found and repaired damage. */
	constructor(footage: FootageRows, repair: IndexRepair, changed: () => void) {
		this.#footage = footage;
		this.#repair = repair;
		this.#changed = changed;
	}

	async runs(camera: CameraId, fromUs = 0, toUs = Number.MAX_SAFE_INTEGER): Promise<RunRow[]> {
		const range = fromUs <= 0 ? { camera } : { camera, endsAfterUs: fromUs };
		const rows = await this.#runRows(range);
		return rows.filter((run) => run.startUs < toUs).sort((a, b) => a.runNo - b.runNo);
	}

	async lastRun(camera: CameraId): Promise<RunRow | null> {
		const [last] = await this.#runRows({ camera }, { last: 1 });
		return last ?? null;
	}

	async usedBytes(): Promise<number> {
		const rows = await this.#runRows('all');
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
			const ahead = await this.#pageRows({ camera, fromMinute: from }, { first: PAGES_AT_ONCE });
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
		return this.#pageRows({ camera, fromMinute: fromMinute - 1, toMinute: toMinute + 1 });
	}

	#runRows(range: RunRange, take?: Take): Promise<RunRow[]> {
		return this.#whole<RunKey, RunRow>('runs', (rows) => rows.runs(range, take), decodeRun);
	}

	#pageRows(range: PageRange, take?: Take): Promise<IndexPage[]> {
		return this.#whole<PageKey, IndexPage>('pages', (rows) => rows.pages(range, take), decodePage);
	}

	/** Valid rows of a range. Damaged rows are repaired and read again. */
	async #whole<K extends RunKey | PageKey, T>(
		table: 'pages' | 'runs',
		range: (rows: RowReader) => Promise<Stored<K>[]>,
		decode: (row: unknown) => T | null,
	): Promise<T[]> {
		for (let looked = 0; ; looked += 1) {
			const found = await this.#footage.read([table], range);
			const whole: T[] = [];
			const damaged: K[] = [];
			for (const { key, row } of found) {
				const valid = decode(row);
				if (valid === null) damaged.push(key);
				else whole.push(valid);
			}
			if (damaged.length === 0 || looked === 2) return whole;
			if (!(await this.#repair.repair(table, damaged))) return whole;
			this.#changed();
		}
	}
}

/** Index entry and page of a segment; `null`: neither its page nor the next one has it (ST7). */
export async function entryOf(
	rows: RowReader,
	{ camera, runNo, seq, startUs }: SegmentKey,
): Promise<{ page: IndexPage; entry: IndexEntry } | null> {
	const minute = minuteOf(startUs);
	for (const key of [minute, minute + 1]) {
		const page = await pageAt(rows, [camera, runNo, key]);
		const entry = page?.parsed.find((one) => one.seq === seq);
		if (page !== null && entry !== undefined) return { page, entry };
	}
	return null;
}

/** Where the bytes of a segment or init section (`seq` 0) are; `null`: not in the index. */
export async function placeOf(rows: RowReader, segment: SegmentKey): Promise<number | null> {
	const { camera, runNo, seq } = segment;
	if (seq > 0) return (await entryOf(rows, segment))?.entry.place ?? null;
	return (await runAt(rows, [camera, runNo]))?.initPlace ?? null;
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
