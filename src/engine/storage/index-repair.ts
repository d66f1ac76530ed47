import { expectFault } from '#domain/base/fault.ts';
import {
	buildEntries,
	endUsOf,
	salvageEntries,
	type IndexEntry,
} from '#domain/footage/index-page.ts';
import type { Hole } from '#domain/footage/run.ts';
import {
	begunRun,
	grownRun,
	holedRun,
	shortenedRun,
	stallsIn,
} from '#domain/footage/run-change.ts';
import {
	asBytes,
	asFields,
	basisOf,
	decodeBasis,
	decodeHoles,
	decodePage,
	decodeRun,
	decodeRunEnd,
	type IndexPage,
	type PageKey,
	type RunKey,
	type RunRow,
	type RunRowBasis,
} from '#domain/footage/rows.ts';
import type { Span } from '#domain/footage/span.ts';
import type {
	FootageRows,
	FootageTable,
	RowReader,
	RowWriter,
} from '#ports/footage/footage-rows.ts';
import { pagesIn, runAt } from './rows-at.ts';

const MENDED: readonly FootageTable[] = ['pages', 'runs', 'quarantined'];

/**
 * Quarantines damaged index rows and replaces them with what can be reconstructed
 * (docs/spec/store.md, "Damage"). Checks again before changing anything: a row that is valid by now
 * stays.
 */
export class IndexRepair {
	readonly #footage: FootageRows;
	readonly #stuck = new Set<string>();
	#setAside = 0;
	readonly #punched = new Set<string>();

	constructor(footage: FootageRows) {
		this.#footage = footage;
	}

	get damagedRows(): number {
		return this.#setAside + this.#stuck.size;
	}

	/** Returns whether anything changed. */
	async repair(table: 'pages' | 'runs', keys: readonly (PageKey | RunKey)[]): Promise<boolean> {
		let mended = false;
		for (const key of keys) {
			const name = JSON.stringify([table, key]);
			if (this.#stuck.has(name)) continue;
			try {
				const changed = await this.#footage.write(MENDED, (rows) =>
					table === 'pages' ? repairPage(rows, key as PageKey) : repairRun(rows, key as RunKey),
				);
				if (changed) this.#setAside += 1;
				mended ||= changed;
			} catch (error) {
				expectFault(error);
				// Neither readable nor movable: skipped from now on, so that the rest can be served.
				this.#stuck.add(name);
			}
		}
		return mended;
	}

	/** Turns segments missing from the index into a hole of their run. */
	async recordHoles(key: RunKey, holes: readonly Hole[]): Promise<boolean> {
		const name = JSON.stringify([key, holes]);
		if (this.#punched.has(name)) return false;
		const punched = await this.#footage.write(['runs'], async (rows) => {
			const run = await runAt(rows, key);
			if (run === null) return false;
			const unsaid = holes.filter((hole) => !isRecorded(run, hole));
			if (unsaid.length > 0) await rows.put('runs', unsaid.reduce(holedRun, run));
			return unsaid.length > 0;
		});
		this.#punched.add(name);
		return punched;
	}

	/** Moves the start of a run past what was evicted. `gone`: spans known to be evicted. */
	settleEviction(key: RunKey, gone: readonly Span[] = []): Promise<boolean> {
		return this.#footage.write(['pages', 'runs'], (rows) => settled(rows, key, gone));
	}

	/**
	 * Finds rows that no range query would return because the indexed field is invalid, pages without
	 * a run row, and interrupted evictions (RT4). Costs a few small requests per run.
	 */
	async inspect(): Promise<boolean> {
		const { badRuns, badPages, fronts } = await this.#footage.read(
			['pages', 'runs'],
			async (rows) => {
				const badRuns: RunKey[] = [];
				const fronts: RunKey[] = [];
				const keys = await rows.runKeys('all');
				for (const key of keys) {
					const run = await runAt(rows, key);
					if (run === null) badRuns.push(key);
					else if (await startsLate(rows, run)) fronts.push(key);
				}
				const known = new Set(keys.map((key) => JSON.stringify(key)));
				const paged = await rows.runsOfPages();
				const orphans = paged.filter((key) => !known.has(JSON.stringify(key)));
				const badPages = await rows.pagesOutOfOrder();
				return { badRuns: [...badRuns, ...orphans], badPages, fronts };
			},
		);
		const one = await this.repair('runs', badRuns);
		const two = await this.repair('pages', badPages);
		let moved = false;
		for (const key of fronts) moved = (await this.settleEviction(key)) || moved;
		return one || two || moved;
	}
}

async function startsLate(rows: RowReader, run: RunRow): Promise<boolean> {
	const [first] = await rows.pages({ run: [run.camera, run.runNo] }, { first: 1 });
	const seq = decodePage(first?.row)?.parsed[0]?.seq;
	return seq !== undefined && seq > run.firstSeq;
}

async function repairPage(rows: RowWriter, key: PageKey): Promise<boolean> {
	const [camera, runNo, minute] = key;
	const row = await rows.get('pages', key);
	// Already repaired meanwhile: none, or a valid one.
	if (row === undefined && !(await rows.has('pages', key))) return false;
	if (decodePage(row) !== null) return false;
	if (row !== undefined) await rows.add('quarantined', { table: 'pages', key, row });
	let run = await runAt(rows, [camera, runNo]);
	const fields = asFields(row);
	const basis = decodeBasis(fields?.['basis']) ?? (run && basisOf(run));
	const bytes = asBytes(fields?.['entries']);
	const kept = bytes === null ? [] : salvageEntries(bytes).entries;
	const [first] = kept;
	if (first !== undefined && basis !== null) {
		const page = {
			camera,
			runNo,
			minute,
			firstPlace: first.place,
			entries: buildEntries(kept),
			basis,
		};
		// Entries of an invalid page are worthless.
		if (decodePage(page) === null) await rows.delete('pages', key);
		else await rows.put('pages', page);
	} else {
		await rows.delete('pages', key);
	}
	if (run === null) return true;
	const rest = await pagesIn(rows, { run: [camera, runNo] });
	for (const hole of missing(run, rest)) run = holedRun(run, hole);
	const sizes = rest.flatMap(({ parsed }) => parsed).reduce((sum, { size }) => sum + size, 0);
	await rows.put('runs', { ...run, bytes: run.initSize + sizes });
	return true;
}

async function repairRun(rows: RowWriter, key: RunKey): Promise<boolean> {
	const row = await rows.get('runs', key);
	if (decodeRun(row) !== null) return false;
	if (row !== undefined) await rows.add('quarantined', { table: 'runs', key, row });
	const pages = await pagesIn(rows, { run: key });
	const fields = asFields(row);
	const basis = pages[0]?.basis ?? null;
	if (basis === null) {
		const there = await rows.has('runs', key);
		await rows.delete('runs', key);
		return there;
	}
	const rebuilt = runFrom(key, basis, pages);
	const ended = decodeRunEnd(fields?.['ended']);
	let run: RunRow = { ...rebuilt, ended: ended === undefined ? 'interrupted' : ended };
	for (const hole of decodeHoles(fields?.['holes']) ?? []) run = holedRun(run, hole);
	for (const hole of missing(run, pages)) run = holedRun(run, hole);
	await rows.put('runs', run);
	return true;
}

/** Rebuilds a closed run's row that is readable but contradicts its pages. */
export async function rebuildRun(rows: RowWriter, key: RunKey): Promise<boolean> {
	const before = await runAt(rows, key);
	if (before === null || before.ended === null) return false;
	const pages = await pagesIn(rows, { run: key });
	if (pages.length === 0) return false;
	const rebuilt = runFrom(key, basisOf(before), pages);
	let run: RunRow = { ...before, ...rebuilt, ended: before.ended };
	for (const hole of before.holes) run = holedRun(run, hole);
	for (const hole of missing(run, pages)) run = holedRun(run, hole);
	await rows.put('runs', run);
	return true;
}

/**
 * Makes a run row start at its first page, without what is `gone` after it. Only eviction deletes
 * pages at the front, so what is missing there was deleted. Returns whether anything had to change.
 */
async function settled(rows: RowWriter, key: RunKey, gone: readonly Span[]): Promise<boolean> {
	const run = await runAt(rows, key);
	if (run === null) return false;
	const pages = await pagesIn(rows, { run: key });
	const first = pages[0]?.parsed[0];
	if (first === undefined) return false;
	// A hole already recorded was damage.
	const late =
		first.seq > run.firstSeq &&
		!run.holes.some(({ startUs, endUs }) => startUs <= run.startUs && endUs >= first.startUs);
	const behind = gone.filter(({ startUs }) => startUs > first.startUs);
	if (!late && behind.length === 0) return false;
	const kept = pages.flatMap(({ parsed }) => parsed).reduce((sum, { size }) => sum + size, 0);
	const lighter = { ...run, bytes: run.initSize + kept };
	const shorter = late ? shortenedRun(lighter, first, 0) : lighter;
	await rows.put(
		'runs',
		behind.reduce<RunRow>((left, span) => holedRun(left, { ...span, why: 'evicted' }), shorter),
	);
	return true;
}

function runFrom([camera, runNo]: RunKey, basis: RunRowBasis, pages: readonly IndexPage[]): RunRow {
	const { initPlace, initSize, runId, epoch, mime, anchorUs } = basis;
	const start = { camera, runNo, runId, epoch, mime, anchorUs };
	let run: RunRow = { ...begunRun(start, initSize), initPlace, initSize };
	const entries = pages.flatMap(({ parsed }) => parsed);
	for (const entry of entries) {
		run = grownRun(run, entry);
		const hole = damage(entry.startUs, endUsOf(entry));
		if (entry.bad) run = holedRun(run, hole);
		if (entry.deleted) run = holedRun(run, { ...hole, why: 'deleted' });
	}
	return stallsIn(entries).reduce(holedRun, run);
}

/** What the run claims and no page covers. */
function missing(run: RunRow, pages: readonly IndexPage[]): Hole[] {
	const holes: Hole[] = [];
	let seq = run.firstSeq;
	let atUs = run.startUs;
	for (const entry of pages.flatMap(({ parsed }) => parsed)) {
		if (entry.seq > seq) holes.push(damage(atUs, entry.startUs));
		seq = entry.seq + 1;
		atUs = endUsOf(entry);
	}
	if (seq <= run.lastSeq) holes.push(damage(atUs, run.endUs));
	return holes.filter((hole) => !isRecorded(run, hole));
}

/** Whether a hole of the run, for any reason, covers it. */
function isRecorded(run: RunRow, hole: Hole): boolean {
	return run.holes.some(({ startUs, endUs }) => startUs <= hole.startUs && endUs >= hole.endUs);
}

/** Holes between neighbours of one run whose `seq` is not consecutive. */
export function sequenceHoles(entries: readonly IndexEntry[]): Hole[] {
	return entries.flatMap((entry, index) => {
		const before = entries[index - 1];
		if (before === undefined || entry.seq <= before.seq + 1) return [];
		return [damage(endUsOf(before), entry.startUs)];
	});
}

function damage(startUs: number, endUs: number): Hole {
	return { startUs, endUs: Math.max(startUs, endUs), why: 'damaged' };
}
