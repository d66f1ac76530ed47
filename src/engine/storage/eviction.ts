import { Fault } from '#domain/base/fault.ts';
import { holedRun, shortenedRun } from '#domain/footage/run-change.ts';
import {
	decodePage,
	type IndexPage,
	type PageKey,
	type RunKey,
	type RunRow,
} from '#domain/footage/rows.ts';
import { spansOverlap, type Span } from '#domain/footage/span.ts';
import { evictionVerdict, spanning, type EvictionLimits } from '#domain/storage/eviction-plan.ts';
import { mayGrow } from '#domain/storage/retention.ts';
import type { FootageRows, RowWriter } from '#ports/footage/footage-rows.ts';
import type { EvictionResult } from '#ports/footage/segment-store.ts';
import type { IndexRepair } from './index-repair.ts';
import { laterRun, pinsOf, removalsOf, RETENTION_TABLES, runAt, spanOf } from './rows-at.ts';
import { purgeFromTrash } from './trash.ts';

/** A page was deleted, or a damaged row must be repaired first, or nothing can be deleted. */
type EvictionStep =
	| { readonly kind: 'evicted'; readonly evicted: EvictionResult; readonly run: RunKey }
	| { readonly kind: 'damaged'; readonly table: 'pages' | 'runs'; readonly key: PageKey | RunKey }
	| { readonly kind: 'none' };

/** A run whose row does not reflect an eviction yet. */
interface Unsettled {
	readonly key: RunKey;
	readonly gone: readonly Span[];
}

/**
 * Deletes the oldest pages until `bytes` are freed or `maxPages` are deleted
 * (docs/spec/retention.md).
 */
export async function evict(
	footage: FootageRows,
	repair: IndexRepair,
	bytes: number,
	maxPages: number,
): Promise<EvictionResult> {
	// RT14: removals are purged before other footage is evicted.
	const purged = await purge(footage, Infinity, bytes).catch(noRoom);
	return evictOneByOne(footage, repair, { bytes: bytes - purged, maxPages }, purged);
}

/** Deletes at most `maxPages` of the pages that ended before `beforeUs`. */
export function expire(
	footage: FootageRows,
	repair: IndexRepair,
	beforeUs: number,
	maxPages: number,
): Promise<EvictionResult> {
	return evictOneByOne(footage, repair, { bytes: 0, maxPages, beforeUs });
}

interface Bounds extends EvictionLimits {
	readonly maxPages: number;
}

async function evictOneByOne(
	footage: FootageRows,
	repair: IndexRepair,
	{ bytes, maxPages, beforeUs = -Infinity }: Bounds,
	purged = 0,
): Promise<EvictionResult> {
	let all: EvictionResult = { segments: 0, bytes: 0, span: null };
	let pages = 0;
	let unmended = 0;
	const unsettled = new Map<string, Unsettled>();
	while (pages < maxPages && unmended < 3) {
		const limits = { bytes: bytes - all.bytes, beforeUs };
		if (limits.bytes <= 0 && beforeUs === -Infinity) break;
		const left = await evictOne(footage, unsettled, limits);
		if (left.kind === 'none') break;
		if (left.kind === 'damaged') {
			// An irreparable row stays, and so does everything written later.
			unmended = (await repair.repair(left.table, [left.key])) ? 0 : unmended + 1;
		} else {
			pages += 1;
			all = together(all, left.evicted);
		}
	}
	for (const { key, gone } of unsettled.values()) await repair.settleEviction(key, gone);
	return { ...all, bytes: all.bytes + purged };
}

/**
 * Evicts one page. At quota, browsers refuse every transaction that writes, however much it
 * deletes: then the run row is left for later and recorded in `unsettled` (RT4).
 */
async function evictOne(
	footage: FootageRows,
	unsettled: Map<string, Unsettled>,
	limits: EvictionLimits,
): Promise<EvictionStep> {
	const oldest = (writing: boolean) =>
		footage.write(RETENTION_TABLES, (rows) => evictOldest(rows, writing, limits));
	try {
		return await oldest(true);
	} catch (error) {
		if (!(error instanceof Fault && error.kind === 'quota')) throw error;
		const left = await oldest(false);
		if (left.kind === 'evicted' && left.evicted.span !== null) {
			const name = left.run.join();
			const gone = [...(unsettled.get(name)?.gone ?? []), left.evicted.span];
			unsettled.set(name, { key: left.run, gone });
		}
		return left;
	}
}

/**
 * Deletes the first page in order of writing that may be evicted. `writing`: whether the run row
 * may be written as well.
 */
async function evictOldest(
	rows: RowWriter,
	writing: boolean,
	limits: EvictionLimits,
): Promise<EvictionStep> {
	const pins = await pinsOf(rows);
	let after = -Infinity;
	for (;;) {
		const [oldest] = await rows.pages({ afterPlace: after }, { first: 1 });
		if (oldest === undefined) return { kind: 'none' };
		const page = decodePage(oldest.row);
		if (page === null) return { kind: 'damaged', table: 'pages', key: oldest.key };
		const runKey: RunKey = [page.camera, page.runNo];
		const run = await runAt(rows, runKey);
		if (run === null) return { kind: 'damaged', table: 'runs', key: runKey };
		const behind = { run: runKey, afterMinute: page.minute };
		const [next] = await rows.pages(behind, { first: 1 });
		const span = spanOf(page);
		const pinned = pins.some((pin) => pin.camera === page.camera && spansOverlap(pin, span));
		const grows = next === undefined && mayGrow(run, await laterRun(rows, runKey));
		const becomes = evictionVerdict({ pinned, grows, endUs: span.endUs }, limits);
		// Pages come in order of writing, so the rest is younger; after a clock set back, pages wait
		// their turn.
		if (becomes === 'end') return { kind: 'none' };
		if (becomes === 'stays') {
			after = page.firstPlace;
			continue;
		}
		const nextPage = decodePage(next?.row);
		if (next !== undefined && nextPage === null) {
			return { kind: 'damaged', table: 'pages', key: next.key };
		}
		const evicted = await removePage(rows, page, nextPage, run, writing);
		return { kind: 'evicted', evicted, run: runKey };
	}
}

async function removePage(
	rows: RowWriter,
	page: IndexPage,
	next: IndexPage | null,
	run: RunRow,
	writing: boolean,
): Promise<EvictionResult> {
	const { camera, runNo, minute, parsed } = page;
	const { startUs, endUs } = spanOf(page);
	let freed = parsed.reduce((sum, { size }) => sum + size, 0);
	await rows.deleteBytes(parsed.map(({ place }) => place));
	await rows.delete('pages', [camera, runNo, minute]);
	await rows.deleteThumbnails(camera, { startUs, endUs });
	const [front] = await rows.pageKeys({ run: [camera, runNo] }, { first: 1 });
	const first = next?.parsed[0];
	if (front !== undefined && front[2] < minute) {
		const shorter = { ...run, bytes: Math.max(0, run.bytes - freed) };
		if (writing) await rows.put('runs', holedRun(shorter, { startUs, endUs, why: 'evicted' }));
	} else if (first !== undefined) {
		if (writing) await rows.put('runs', shortenedRun(run, first, freed));
	} else {
		freed += await removeRun(rows, run);
	}
	freed += await removeEmptyRuns(rows, [camera, runNo]);
	const left = parsed.map(({ seq, size }) => ({ seq, size }));
	return {
		...{ segments: parsed.length, bytes: freed, span: { startUs, endUs } },
		pages: [{ camera, runNo, minute, segments: left }],
	};
}

/**
 * Permanently deletes what was removed before `beforeMs`, oldest first, until `bytes` are freed.
 */
export async function purge(
	footage: FootageRows,
	beforeMs: number,
	bytes = Infinity,
): Promise<number> {
	const removals = await footage.read(['removals'], (rows) => removalsOf(rows));
	let freed = 0;
	for (const { id, atMs } of removals) {
		if (freed >= bytes) break;
		if (atMs >= beforeMs) continue;
		freed += await footage.write(RETENTION_TABLES, (rows) => purgeFromTrash(rows, id));
	}
	return freed;
}

/** At quota, browsers refuse even this; whole pages can still be deleted without a write. */
function noRoom(error: unknown): number {
	if (error instanceof Fault && error.kind === 'quota') return 0;
	throw error;
}

async function removeRun(rows: RowWriter, run: RunRow): Promise<number> {
	await rows.deleteBytes([run.initPlace]);
	await rows.delete('runs', [run.camera, run.runNo]);
	return run.initSize;
}

/** Older runs of the camera that damage left without pages; nothing else would delete them. */
async function removeEmptyRuns(rows: RowWriter, [camera, runNo]: RunKey): Promise<number> {
	let freed = 0;
	for (const key of await rows.runKeys({ camera, beforeNo: runNo })) {
		const run = await runAt(rows, key);
		if (run === null || mayGrow(run, await laterRun(rows, key))) continue;
		const [page] = await rows.pageKeys({ run: key }, { first: 1 });
		if (page === undefined) freed += await removeRun(rows, run);
	}
	return freed;
}

function together(one: EvictionResult, two: EvictionResult): EvictionResult {
	return {
		segments: one.segments + two.segments,
		bytes: one.bytes + two.bytes,
		span: spanning(one.span, two.span),
		pages: [...(one.pages ?? []), ...(two.pages ?? [])],
	};
}
