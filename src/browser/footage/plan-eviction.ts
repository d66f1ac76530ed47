import {
	EvictionPlan,
	type PlannedEviction,
	type EvictionLimits,
	type EvictionCandidate,
} from '#domain/storage/eviction-plan.ts';
import { mayGrow } from '#domain/storage/retention.ts';
import type { DatabaseConnection } from '#browser/storage/database-connection.ts';
import { pagesOfRun, type FootageDatabase } from './database.ts';
import { laterRun, spanOf } from './eviction.ts';
import { readable } from '#browser/storage/fault-from.ts';
import { RETENTION_TABLES, pinsOf, removalsOf, spansOverlap } from './pins-and-trash.ts';
import { decodePage, decodeRun, type IndexPage, type PageKey, type RunKey } from './rows.ts';

/** Limits how long one transaction lasts. */
const PAGES_AT_ONCE = 120;

interface RunPages {
	readonly pages: number;
	readonly initBytes: number;
	/** Minute of the page that may still grow; `null`: none. */
	readonly growing: number | null;
}

/**
 * RT18: what the limits would delete, by the rules of eviction.ts. Damaged rows are not repaired
 * here.
 */
export async function planEviction(
	connection: DatabaseConnection<FootageDatabase>,
	limits: EvictionLimits,
): Promise<PlannedEviction> {
	const [pins, purged] = await connection.read(RETENTION_TABLES, async (database) => [
		await pinsOf(database),
		await purgedFor(database, limits.bytes),
	]);
	const plan = new EvictionPlan(limits, purged.bytes);
	const runs = new Map<string, RunPages | null>();
	const candidateOf = async (
		database: FootageDatabase,
		page: IndexPage,
	): Promise<EvictionCandidate | null> => {
		const { camera, runNo, minute, parsed } = page;
		const name = `${camera} ${String(runNo)}`;
		let run = runs.get(name);
		if (run === undefined) runs.set(name, (run = await pagesOf(database, [camera, runNo])));
		if (run === null) return null;
		const span = spanOf(page);
		const there = parsed.filter(({ place }) => !purged.places.has(place));
		return {
			...{ ...span, segments: parsed.length },
			bytes: there.reduce((sum, { size }) => sum + size, 0),
			pinned: pins.some((pin) => pin.camera === camera && spansOverlap(pin, span)),
			grows: minute === run.growing,
			run: { name, pages: run.pages, initBytes: run.initBytes },
		};
	};
	for (let after = -Infinity; ;) {
		const { candidates, last } = await connection.read(RETENTION_TABLES, async (database) => {
			const range = database.pages.where('firstPlace').above(after).limit(PAGES_AT_ONCE);
			const found: EvictionCandidate[] = [];
			let newest: number | null = null;
			const keys = await range.primaryKeys();
			for (const key of keys) {
				const page = decodePage(await readable(database.pages.get(key)));
				if (page === null) continue;
				newest = page.firstPlace;
				const candidate = await candidateOf(database, page);
				if (candidate !== null) found.push(candidate);
			}
			return { candidates: found, last: keys.length < PAGES_AT_ONCE ? null : newest };
		});
		if (!candidates.every((candidate) => plan.add(candidate)) || last === null) return plan.planned;
		after = last;
	}
}

/** RT14: removals are purged first, oldest first, each entirely. */
async function purgedFor(
	database: FootageDatabase,
	bytes: number,
): Promise<{ bytes: number; places: ReadonlySet<number> }> {
	const places = new Set<number>();
	let freed = 0;
	for (const { camera, items } of await removalsOf(database)) {
		if (freed >= bytes) break;
		for (const { runNo, minute, seqs } of items) {
			const key: PageKey = [camera, runNo, minute];
			const page = decodePage(await readable(database.pages.get(key)));
			const gone = new Set(seqs);
			for (const { seq, deleted, place, size } of page?.parsed ?? []) {
				if (deleted !== true || !gone.has(seq) || places.has(place)) continue;
				places.add(place);
				freed += size;
			}
		}
	}
	return { bytes: freed, places };
}

async function pagesOf(database: FootageDatabase, key: RunKey): Promise<RunPages | null> {
	const run = decodeRun(await readable(database.runs.get(key)));
	if (run === null) return null;
	const keys = await database.pages
		.where(':id')
		.between(...pagesOfRun(key))
		.primaryKeys();
	const grows = mayGrow(run, await laterRun(database, key));
	const last = keys.at(-1)?.[2] ?? null;
	return { pages: keys.length, initBytes: run.initSize, growing: grows ? last : null };
}
