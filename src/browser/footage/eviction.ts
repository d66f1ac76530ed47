import Dexie from 'dexie';
import { Fault } from '#domain/base/fault.ts';
import { endUsOf } from '#domain/footage/index-page.ts';
import { evictionVerdict, type EvictionLimits } from '#domain/storage/eviction-plan.ts';
import { mayGrow } from '#domain/storage/retention.ts';
import { holedRun, shortenedRun } from '#domain/footage/run-change.ts';
import type { Span } from '#domain/footage/span.ts';
import type { EvictionResult } from '#ports/footage/segment-store.ts';
import type { DatabaseConnection } from '#browser/storage/database-connection.ts';
import type { FootageDatabase } from './database.ts';
import { readable } from '#browser/storage/fault-from.ts';
import {
	deleteThumbnails,
	RETENTION_TABLES,
	pinsOf,
	purgeFromTrash,
	removalsOf,
	spansOverlap,
} from './pins-and-trash.ts';
import type { IndexRepair } from './index-repair.ts';
import {
	decodePage,
	decodeRun,
	type IndexPage,
	type PageKey,
	type RunKey,
	type RunRow,
} from './rows.ts';

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
	connection: DatabaseConnection<FootageDatabase>,
	mending: IndexRepair,
	bytes: number,
	maxPages: number,
): Promise<EvictionResult> {
	// RT14: removals are purged before other footage is evicted.
	const purged = await purge(connection, Infinity, bytes).catch(noRoom);
	return evictOneByOne(connection, mending, { bytes: bytes - purged, maxPages }, purged);
}

/** Deletes at most `maxPages` of the pages that ended before `beforeUs`. */
export function expire(
	connection: DatabaseConnection<FootageDatabase>,
	mending: IndexRepair,
	beforeUs: number,
	maxPages: number,
): Promise<EvictionResult> {
	return evictOneByOne(connection, mending, { bytes: 0, maxPages, beforeUs });
}

interface Bounds extends EvictionLimits {
	readonly maxPages: number;
}

async function evictOneByOne(
	connection: DatabaseConnection<FootageDatabase>,
	mending: IndexRepair,
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
		const left = await evictOne(connection, unsettled, limits);
		if (left.kind === 'none') break;
		if (left.kind === 'damaged') {
			// An irreparable row stays, and so does everything written later.
			unmended = (await mending.repair(left.table, [left.key])) ? 0 : unmended + 1;
		} else {
			pages += 1;
			all = together(all, left.evicted);
		}
	}
	for (const { key, gone } of unsettled.values()) await mending.settleEviction(key, gone);
	return { ...all, bytes: all.bytes + purged };
}

/**
 * Evicts one page. At quota, browsers refuse every transaction that writes, however much it
 * deletes: then the run row is left for later and recorded in `unsettled` (RT4).
 */
async function evictOne(
	connection: DatabaseConnection<FootageDatabase>,
	unsettled: Map<string, Unsettled>,
	limits: EvictionLimits,
): Promise<EvictionStep> {
	const oldest = (writing: boolean) =>
		connection.write(RETENTION_TABLES, (database) => evictOldest(database, writing, limits));
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
	database: FootageDatabase,
	writing: boolean,
	limits: EvictionLimits,
): Promise<EvictionStep> {
	const { pages, runs } = database;
	const pins = await pinsOf(database);
	let after = -Infinity;
	for (;;) {
		const [key] = await pages.where('firstPlace').above(after).limit(1).primaryKeys();
		if (key === undefined) return { kind: 'none' };
		const page = decodePage(await readable(pages.get(key)));
		if (page === null) return { kind: 'damaged', table: 'pages', key };
		const runKey: RunKey = [page.camera, page.runNo];
		const run = decodeRun(await readable(runs.get(runKey)));
		if (run === null) return { kind: 'damaged', table: 'runs', key: runKey };
		const [next] = await pages
			.where(':id')
			.between(key, [...runKey, Dexie.maxKey], false)
			.limit(1)
			.primaryKeys();
		const pinned = pins.some(
			(pin) => pin.camera === page.camera && spansOverlap(pin, spanOf(page)),
		);
		const grows = next === undefined && mayGrow(run, await laterRun(database, runKey));
		const becomes = evictionVerdict({ pinned, grows, endUs: spanOf(page).endUs }, limits);
		// Pages come in order of writing, so the rest is younger; after a clock set back, pages wait
		// their turn.
		if (becomes === 'end') return { kind: 'none' };
		if (becomes === 'stays') {
			after = page.firstPlace;
			continue;
		}
		const nextPage = next === undefined ? null : decodePage(await readable(pages.get(next)));
		if (next !== undefined && nextPage === null) {
			return { kind: 'damaged', table: 'pages', key: next };
		}
		const evicted = await removePage(database, page, nextPage, run, writing);
		return { kind: 'evicted', evicted, run: runKey };
	}
}

async function removePage(
	database: FootageDatabase,
	page: IndexPage,
	next: IndexPage | null,
	run: RunRow,
	writing: boolean,
): Promise<EvictionResult> {
	const { bytes, pages, runs } = database;
	const { camera, runNo, parsed } = page;
	const { startUs, endUs } = spanOf(page);
	let freed = parsed.reduce((sum, { size }) => sum + size, 0);
	await bytes.bulkDelete(parsed.map(({ place }) => place));
	await pages.delete([camera, runNo, page.minute]);
	await deleteThumbnails(database, camera, { startUs, endUs });
	const before = await pages
		.where(':id')
		.between([camera, runNo, Dexie.minKey], [camera, runNo, page.minute])
		.count();
	const first = next?.parsed[0];
	if (before > 0) {
		const shorter = { ...run, bytes: Math.max(0, run.bytes - freed) };
		if (writing) await runs.put(holedRun(shorter, { startUs, endUs, why: 'deleted' }));
	} else if (first !== undefined) {
		if (writing) await runs.put(shortenedRun(run, first, freed));
	} else {
		freed += await removeRun(database, run);
	}
	freed += await removeEmptyRuns(database, [camera, runNo]);
	return { segments: parsed.length, bytes: freed, span: { startUs, endUs } };
}

export function spanOf({ parsed }: IndexPage): Span {
	const startUs = parsed[0]?.startUs ?? 0;
	return {
		startUs,
		endUs: parsed.reduce((latest, entry) => Math.max(latest, endUsOf(entry)), startUs),
	};
}

/**
 * Permanently deletes what was removed before `beforeMs`, oldest first, until `bytes` are freed.
 */
export async function purge(
	connection: DatabaseConnection<FootageDatabase>,
	beforeMs: number,
	bytes = Infinity,
): Promise<number> {
	const removals = await connection.read(['removals'], (database) => removalsOf(database));
	let freed = 0;
	for (const { id, atMs } of removals) {
		if (freed >= bytes) break;
		if (atMs >= beforeMs) continue;
		freed += await connection.write(RETENTION_TABLES, (database) => purgeFromTrash(database, id));
	}
	return freed;
}

/** At quota, browsers refuse even this; whole pages can still be deleted without a write. */
function noRoom(error: unknown): number {
	if (error instanceof Fault && error.kind === 'quota') return 0;
	throw error;
}

async function removeRun({ bytes, runs }: FootageDatabase, run: RunRow): Promise<number> {
	await bytes.delete(run.initPlace);
	await runs.delete([run.camera, run.runNo]);
	return run.initSize;
}

export async function laterRun(
	{ runs }: FootageDatabase,
	[camera, runNo]: RunKey,
): Promise<RunRow | null> {
	const range = runs.where(':id').between([camera, runNo], [camera, Dexie.maxKey], false);
	return decodeRun(await readable(range.first()));
}

/** Older runs of the camera that damage left without pages; nothing else would delete them. */
async function removeEmptyRuns(
	database: FootageDatabase,
	[camera, runNo]: RunKey,
): Promise<number> {
	const { pages, runs } = database;
	let freed = 0;
	const older = runs.where(':id').between([camera, Dexie.minKey], [camera, runNo]);
	for (const key of await older.primaryKeys()) {
		const run = decodeRun(await readable(runs.get(key)));
		if (run === null || mayGrow(run, await laterRun(database, key))) continue;
		const left = await pages
			.where(':id')
			.between([...key, Dexie.minKey], [...key, Dexie.maxKey])
			.count();
		if (left === 0) freed += await removeRun(database, run);
	}
	return freed;
}

function together(one: EvictionResult, two: EvictionResult): EvictionResult {
	if (one.span === null || two.span === null) return one.span === null ? two : one;
	return {
		segments: one.segments + two.segments,
		bytes: one.bytes + two.bytes,
		span: {
			startUs: Math.min(one.span.startUs, two.span.startUs),
			endUs: Math.max(one.span.endUs, two.span.endUs),
		},
	};
}
