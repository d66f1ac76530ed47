import Dexie from 'dexie';
import {
	buildEntries,
	endUsOf,
	salvageEntries,
	type IndexEntry,
} from '#domain/footage/index-page.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { Hole } from '#domain/footage/run.ts';
import {
	begunRun,
	grownRun,
	holedRun,
	stallsIn,
	shortenedRun,
} from '#domain/footage/run-change.ts';
import type { Span } from '#domain/footage/span.ts';
import type { DatabaseConnection } from '#browser/storage/database-connection.ts';
import { pagesOfRun, type FootageDatabase } from './database.ts';
import { readable } from '#browser/storage/fault-from.ts';
import {
	asBytes,
	asFields,
	basisOf,
	decodeBasis,
	decodeRunEnd,
	decodeHoles,
	decodePage,
	decodeRun,
	type RunRowBasis,
	type IndexPage,
	type PageKey,
	type RunKey,
	type RunRow,
} from './rows.ts';

const MENDED = ['pages', 'runs', 'quarantined'];

/**
 * Quarantines damaged index rows and replaces them with what can be reconstructed
 * (docs/spec/store.md, "Damage"). Checks again before changing anything: a row that is valid by now
 * stays.
 */
export class IndexRepair {
	readonly #connection: DatabaseConnection<FootageDatabase>;
	readonly #stuck = new Set<string>();
	#setAside = 0;
	readonly #punched = new Set<string>();

	constructor(connection: DatabaseConnection<FootageDatabase>) {
		this.#connection = connection;
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
				const changed = await this.#connection.write(MENDED, (database) =>
					table === 'pages'
						? repairPage(database, key as PageKey)
						: repairRun(database, key as RunKey),
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
		const punched = await this.#connection.write(['runs'], async ({ runs }) => {
			const run = decodeRun(await readable(runs.get(key)));
			if (run === null) return false;
			const unsaid = holes.filter((hole) => !isRecorded(run, hole));
			if (unsaid.length > 0) await runs.put(unsaid.reduce(holedRun, run));
			return unsaid.length > 0;
		});
		this.#punched.add(name);
		return punched;
	}

	/** Moves the start of a run past what was evicted. `gone`: spans known to be evicted. */
	settleEviction(key: RunKey, gone: readonly Span[] = []): Promise<boolean> {
		return this.#connection.write(['pages', 'runs'], (database) => settled(database, key, gone));
	}

	/**
	 * Finds rows that no range query would return because the indexed field is invalid, pages without
	 * a run row, and interrupted evictions (RT4). Costs a few small requests per run.
	 */
	async inspect(): Promise<boolean> {
		const { badRuns, orphans, badPages, fronts } = await this.#connection.read(
			['pages', 'runs'],
			async ({ pages, runs }) => {
				const badRuns: RunKey[] = [];
				const fronts: RunKey[] = [];
				const known = new Set<string>();
				for (const key of await runs.toCollection().primaryKeys()) {
					known.add(JSON.stringify(key));
					const run = decodeRun(await readable(runs.get(key)));
					if (run === null) badRuns.push(key);
					else if (await startsLate(pages, run)) fronts.push(key);
				}
				const orphans: RunKey[] = [];
				let [next] = await pages.toCollection().limit(1).primaryKeys();
				while (next !== undefined) {
					const key: RunKey = [next[0], next[1]];
					if (!known.has(JSON.stringify(key))) orphans.push(key);
					[next] = await pages
						.where(':id')
						.above([...key, Dexie.maxKey])
						.limit(1)
						.primaryKeys();
				}
				const all = await pages.count();
				const badPages: PageKey[] = [];
				if (all !== (await pages.orderBy('firstPlace').count())) {
					for (const key of await pages.toCollection().primaryKeys()) {
						if (decodePage(await readable(pages.get(key))) === null) badPages.push(key);
					}
				}
				return { badRuns, orphans, badPages, fronts };
			},
		);
		const one = await this.repair('runs', [...badRuns, ...orphans]);
		const two = await this.repair('pages', badPages);
		let moved = false;
		for (const key of fronts) moved = (await this.settleEviction(key)) || moved;
		return one || two || moved;
	}
}

async function startsLate(pages: FootageDatabase['pages'], run: RunRow): Promise<boolean> {
	const { camera, runNo } = run;
	const range = pages.where(':id').between(...pagesOfRun([camera, runNo]));
	const seq = decodePage(await readable(range.first()))?.parsed[0]?.seq;
	return seq !== undefined && seq > run.firstSeq;
}

async function repairPage(database: FootageDatabase, key: PageKey): Promise<boolean> {
	const { pages, runs, quarantined } = database;
	const [camera, runNo, minute] = key;
	// Already repaired meanwhile.
	if ((await pages.where(':id').equals(key).count()) === 0) return false;
	const row = await readable(pages.get(key));
	if (decodePage(row) !== null) return false;
	if (row !== undefined) await quarantined.add({ table: 'pages', key, row });
	let run = decodeRun(await readable(runs.get([camera, runNo])));
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
		if (decodePage(page) === null) await pages.delete(key);
		else await pages.put(page);
	} else {
		await pages.delete(key);
	}
	if (run === null) return true;
	const rest = await pagesOf(database, [camera, runNo]);
	for (const hole of missing(run, rest)) run = holedRun(run, hole);
	const sizes = rest.flatMap(({ parsed }) => parsed).reduce((sum, { size }) => sum + size, 0);
	await runs.put({ ...run, bytes: run.initSize + sizes });
	return true;
}

async function repairRun(database: FootageDatabase, key: RunKey): Promise<boolean> {
	const { runs, quarantined } = database;
	const row = await readable(runs.get(key));
	if (decodeRun(row) !== null) return false;
	if (row !== undefined) await quarantined.add({ table: 'runs', key, row });
	const pages = await pagesOf(database, key);
	const fields = asFields(row);
	const basis = pages[0]?.basis ?? null;
	if (basis === null) {
		const there = await runs.where(':id').equals(key).count();
		await runs.delete(key);
		return there > 0;
	}
	const rebuilt = runFrom(key, basis, pages);
	const ended = decodeRunEnd(fields?.['ended']);
	let run: RunRow = { ...rebuilt, ended: ended === undefined ? 'interrupted' : ended };
	for (const hole of decodeHoles(fields?.['holes']) ?? []) run = holedRun(run, hole);
	for (const hole of missing(run, pages)) run = holedRun(run, hole);
	await runs.put(run);
	return true;
}

/** Rebuilds a closed run's row that is readable but contradicts its pages. */
export async function rebuildRun(database: FootageDatabase, key: RunKey): Promise<boolean> {
	const { runs } = database;
	const before = decodeRun(await readable(runs.get(key)));
	if (before === null || before.ended === null) return false;
	const pages = await pagesOf(database, key);
	if (pages.length === 0) return false;
	let run: RunRow = { ...runFrom(key, basisOf(before), pages), ended: before.ended };
	for (const hole of before.holes) run = holedRun(run, hole);
	for (const hole of missing(run, pages)) run = holedRun(run, hole);
	await runs.put(run);
	return true;
}

/**
 * Makes a run row start at its first page, without what is `gone` after it. Only eviction deletes
 * pages at the front, so what is missing there was deleted. Returns whether anything had to change.
 */
async function settled(
	database: FootageDatabase,
	key: RunKey,
	gone: readonly Span[],
): Promise<boolean> {
	const { runs } = database;
	const run = decodeRun(await readable(runs.get(key)));
	if (run === null) return false;
	const pages = await pagesOf(database, key);
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
	await runs.put(
		behind.reduce<RunRow>((left, span) => holedRun(left, { ...span, why: 'deleted' }), shorter),
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

/** The valid pages of a run, in order. */
async function pagesOf({ pages }: FootageDatabase, [camera, runNo]: RunKey): Promise<IndexPage[]> {
	const range = pages.where(':id').between(...pagesOfRun([camera, runNo]));
	const found: IndexPage[] = [];
	for (const key of await range.primaryKeys()) {
		const page = decodePage(await readable(pages.get(key)));
		if (page !== null) found.push(page);
	}
	return found;
}

function damage(startUs: number, endUs: number): Hole {
	return { startUs, endUs: Math.max(startUs, endUs), why: 'damaged' };
}
