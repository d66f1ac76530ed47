import {
	EvictionPlan,
	type EvictionCandidate,
	type EvictionLimits,
	type PlannedEviction,
} from '#domain/storage/eviction-plan.ts';
import { mayGrow } from '#domain/storage/retention.ts';
import { decodePage, type IndexPage, type RunKey } from '#domain/footage/rows.ts';
import { spansOverlap } from '#domain/footage/span.ts';
import type { FootageRows, RowReader } from '#ports/footage/footage-rows.ts';
import { laterRun, pinsOf, removalsOf, RETENTION_TABLES, runAt, spanOf } from './rows-at.ts';
import { removedFrom } from './trash.ts';

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
	footage: FootageRows,
	limits: EvictionLimits,
): Promise<PlannedEviction> {
	const [pins, purged] = await footage.read(RETENTION_TABLES, async (rows) => [
		await pinsOf(rows),
		await purgedFor(rows, limits.bytes),
	]);
	const plan = new EvictionPlan(limits, purged.bytes);
	const runs = new Map<string, RunPages | null>();
	const candidateOf = async (
		rows: RowReader,
		page: IndexPage,
	): Promise<EvictionCandidate | null> => {
		const { camera, runNo, minute, parsed } = page;
		const name = `${camera} ${String(runNo)}`;
		let run = runs.get(name);
		if (run === undefined) runs.set(name, (run = await pagesOf(rows, [camera, runNo])));
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
		const { candidates, last } = await footage.read(RETENTION_TABLES, async (rows) => {
			const found = await rows.pages({ afterPlace: after }, { first: PAGES_AT_ONCE });
			const candidates: EvictionCandidate[] = [];
			let newest: number | null = null;
			for (const { row } of found) {
				const page = decodePage(row);
				if (page === null) continue;
				newest = page.firstPlace;
				const candidate = await candidateOf(rows, page);
				if (candidate !== null) candidates.push(candidate);
			}
			return { candidates, last: found.length < PAGES_AT_ONCE ? null : newest };
		});
		if (!candidates.every((candidate) => plan.add(candidate)) || last === null) return plan.planned;
		after = last;
	}
}

/** RT14: removals are purged first, oldest first, each entirely. */
async function purgedFor(
	rows: RowReader,
	bytes: number,
): Promise<{ bytes: number; places: ReadonlySet<number> }> {
	const places = new Set<number>();
	let freed = 0;
	for (const removal of await removalsOf(rows)) {
		if (freed >= bytes) break;
		const entries = (await removedFrom(rows, removal)).flatMap(({ entries }) => entries);
		for (const { place, size } of entries) {
			if (places.has(place)) continue;
			places.add(place);
			freed += size;
		}
	}
	return { bytes: freed, places };
}

async function pagesOf(rows: RowReader, key: RunKey): Promise<RunPages | null> {
	const run = await runAt(rows, key);
	if (run === null) return null;
	const keys = await rows.pageKeys({ run: key });
	const grows = mayGrow(run, await laterRun(rows, key));
	const last = keys.at(-1)?.[2] ?? null;
	return { pages: keys.length, initBytes: run.initSize, growing: grows ? last : null };
}
