import { Fault } from '#domain/base/fault.ts';
import { idFrom, type CameraId } from '#domain/base/ids.ts';
import { buildEntries, endUsOf, minuteOf, type IndexEntry } from '#domain/footage/index-page.ts';
import type { Hole } from '#domain/footage/run.ts';
import { holedRun, withoutHole } from '#domain/footage/run-change.ts';
import type { Span } from '#domain/footage/span.ts';
import type { Pin, Removal } from '#ports/footage/pins-and-trash.ts';
import type { FootageDatabase } from './database.ts';
import { readable } from '#browser/storage/fault-from.ts';
import {
	asFields,
	decodePage,
	decodeRun,
	type IndexPage,
	type RemovalItem,
	type RemovalRow,
	type RunKey,
	type RunRow,
} from './rows.ts';

/** The transactions for pins and removals; each function needs a transaction of its own. */

/** A calendar day has at most 25 hours. */
const LONGEST_US = 25 * 3_600_000_000;

export const RETENTION_TABLES = ['bytes', 'pages', 'runs', 'pins', 'removals', 'thumbs'];

export function spansOverlap(one: Span, other: Span): boolean {
	return one.startUs < other.endUs && one.endUs > other.startUs;
}

export function spanContains({ startUs, endUs }: Span, us: number): boolean {
	return startUs <= us && us < endUs;
}

export async function pinsOf({ pins }: FootageDatabase, camera?: CameraId): Promise<Pin[]> {
	const rows = camera === undefined ? pins.toCollection() : pins.where({ camera });
	return (await rows.toArray()).map(decodePin).filter((pin) => pin !== null);
}

export async function removalsOf(
	{ removals }: FootageDatabase,
	camera?: CameraId,
): Promise<(Removal & RemovalRow)[]> {
	const rows = camera === undefined ? removals.toCollection() : removals.where({ camera });
	return (await rows.toArray()).map(decodeRemoval).filter((removal) => removal !== null);
}

export async function addPin(
	{ pins }: FootageDatabase,
	camera: CameraId,
	{ startUs, endUs }: Span,
): Promise<Pin> {
	if (endUs <= startUs) throw new Fault('malformed', 'cannot pin an empty span');
	const row = { camera, startUs: Math.floor(startUs), endUs: Math.ceil(endUs) };
	return { ...row, id: await pins.add(row) };
}

export async function moveToTrash(
	database: FootageDatabase,
	camera: CameraId,
	span: Span,
	atMs: number,
): Promise<Removal | null> {
	if (span.endUs - span.startUs > LONGEST_US)
		throw new Fault('malformed', 'cannot delete a span longer than a day');
	const pinned = (await pinsOf(database, camera)).some((pin) => spansOverlap(pin, span));
	if (pinned) throw new Fault('conflict', 'cannot delete a span that touches a pin');
	const range = database.pages
		.where('[camera+minute]')
		.between([camera, minuteOf(span.startUs) - 1], [camera, minuteOf(span.endUs) + 1], true, true);
	const items: RemovalItem[] = [];
	const gone = new Map<number, IndexEntry[]>();
	for (const key of await range.primaryKeys()) {
		const page = decodePage(await readable(database.pages.get(key)));
		const leaving = (page?.parsed ?? []).filter(
			(entry) =>
				!entry.deleted && spansOverlap({ startUs: entry.startUs, endUs: endUsOf(entry) }, span),
		);
		if (page === null || leaving.length === 0) continue;
		const { runNo, minute } = page;
		const seqs = leaving.map(({ seq }) => seq);
		await updateEntries(database, page, seqs, (entry) => ({ ...entry, deleted: true }));
		items.push({ runNo, minute, seqs });
		gone.set(runNo, [...(gone.get(runNo) ?? []), ...leaving]);
	}
	for (const [runNo, entries] of gone) {
		await updateRun(database, [camera, runNo], (run) =>
			spansOf(entries).reduce<RunRow>(
				(left, one) => holedRun(left, { ...one, why: 'deleted' }),
				run,
			),
		);
	}
	const all = [...gone.values()].flat();
	if (all.length === 0) return null;
	const startUs = all.reduce((least, entry) => Math.min(least, entry.startUs), Infinity);
	const endUs = all.reduce((max, entry) => Math.max(max, endUsOf(entry)), 0);
	const row = { camera, startUs, endUs, atMs, items };
	const id = await database.removals.add(row);
	return { id, camera, startUs, endUs, atMs, segments: all.length };
}

export async function restoreFromTrash(database: FootageDatabase, id: number): Promise<boolean> {
	const row = decodeRemoval(await readable(database.removals.get(id)));
	await database.removals.delete(id);
	if (row === null) return false;
	const back = new Map<number, IndexEntry[]>();
	for (const { page, entries } of await pagesOf(database, row)) {
		const there = entries.filter(({ size }) => size > 0);
		const seqs = there.map(({ seq }) => seq);
		await updateEntries(database, page, seqs, withoutFlag);
		back.set(page.runNo, [...(back.get(page.runNo) ?? []), ...there]);
	}
	for (const [runNo, entries] of back) {
		await updateRun(database, [row.camera, runNo], (run) => ({
			...run,
			holes: spansOf(entries).reduce<readonly Hole[]>(withoutHole, run.holes),
		}));
	}
	return true;
}

/**
 * Returns the bytes freed. The entries stay until their page is evicted, to show that nothing is
 * missing by accident (RT13).
 */
export async function purgeFromTrash(database: FootageDatabase, id: number): Promise<number> {
	const row = decodeRemoval(await readable(database.removals.get(id)));
	await database.removals.delete(id);
	if (row === null) return 0;
	let freed = 0;
	for (const { page, entries } of await pagesOf(database, row)) {
		const seqs = entries.map(({ seq }) => seq);
		const bytes = entries.reduce((sum, { size }) => sum + size, 0);
		await database.bytes.bulkDelete(entries.map(({ place }) => place));
		await updateEntries(database, page, seqs, (entry) => ({ ...entry, size: 0 }));
		const run = decodeRun(await readable(database.runs.get([row.camera, page.runNo])));
		if (run !== null) {
			await database.runs.put({ ...run, bytes: Math.max(0, run.bytes - bytes) });
		}
		freed += bytes;
	}
	await deleteThumbnails(database, row.camera, row);
	return freed;
}

/** Thumbnails are deleted with their footage. */
export async function deleteThumbnails(
	{ thumbs }: FootageDatabase,
	camera: CameraId,
	{ startUs, endUs }: Span,
): Promise<void> {
	await thumbs.where('[camera+wallUs]').between([camera, startUs], [camera, endUs]).delete();
}

/** Pages of a removal that still exist, with their entries. */
async function pagesOf(
	database: FootageDatabase,
	{ camera, items }: RemovalRow,
): Promise<{ page: IndexPage; entries: IndexEntry[] }[]> {
	const found: { page: IndexPage; entries: IndexEntry[] }[] = [];
	for (const { runNo, minute, seqs } of items) {
		const page = decodePage(await readable(database.pages.get([camera, runNo, minute])));
		const wanted = new Set(seqs);
		const entries = page?.parsed.filter(({ seq, deleted }) => deleted === true && wanted.has(seq));
		if (page !== null && entries !== undefined && entries.length > 0) found.push({ page, entries });
	}
	return found;
}

async function updateEntries(
	{ pages }: FootageDatabase,
	page: IndexPage,
	seqs: readonly number[],
	with_: (entry: IndexEntry) => IndexEntry,
): Promise<void> {
	const changed = new Set(seqs);
	const entries = buildEntries(
		page.parsed.map((entry) => (changed.has(entry.seq) ? with_(entry) : entry)),
	);
	const { camera, runNo, minute, firstPlace, basis } = page;
	await pages.put({ camera, runNo, minute, firstPlace, entries, basis });
}

function withoutFlag(entry: IndexEntry): IndexEntry {
	const back: IndexEntry & { deleted?: true } = { ...entry };
	delete back.deleted;
	return back;
}

async function updateRun(
	{ runs }: FootageDatabase,
	key: RunKey,
	with_: (run: RunRow) => RunRow,
): Promise<void> {
	const run = decodeRun(await readable(runs.get(key)));
	if (run !== null) await runs.put(with_(run));
}

/** Spans of a run's entries; consecutive ones are merged even if some milliseconds apart. */
function spansOf(entries: readonly IndexEntry[]): Span[] {
	const spans: Span[] = [];
	let before: IndexEntry | null = null;
	for (const entry of entries.toSorted((a, b) => a.seq - b.seq)) {
		const last = spans.at(-1);
		const endUs = endUsOf(entry);
		if (last !== undefined && before !== null && entry.seq === before.seq + 1) {
			spans[spans.length - 1] = { ...last, endUs: Math.max(last.endUs, endUs) };
		} else {
			spans.push({ startUs: entry.startUs, endUs });
		}
		before = entry;
	}
	return spans;
}

function decodePin(row: unknown): Pin | null {
	const fields = asFields(row);
	const camera = idFrom<CameraId>(fields?.['camera']);
	const { id, startUs, endUs } = fields ?? {};
	if (camera === null || typeof id !== 'number') return null;
	if (!Number.isSafeInteger(startUs) || !Number.isSafeInteger(endUs)) return null;
	return { id, camera, startUs: Number(startUs), endUs: Number(endUs) };
}

function decodeRemoval(row: unknown): (Removal & RemovalRow) | null {
	const pin = decodePin(row);
	const { atMs, items } = asFields(row) ?? {};
	if (pin === null || typeof atMs !== 'number' || !Array.isArray(items)) return null;
	const read = items.map(decodeItem);
	const known = read.filter((item) => item !== null);
	if (known.length < read.length) return null;
	const segments = known.reduce((sum, { seqs }) => sum + seqs.length, 0);
	return { ...pin, atMs, items: known, segments };
}

function decodeItem(value: unknown): RemovalItem | null {
	const { runNo, minute, seqs } = asFields(value) ?? {};
	if (typeof runNo !== 'number' || typeof minute !== 'number' || !Array.isArray(seqs)) return null;
	return seqs.every((seq) => typeof seq === 'number') ? { runNo, minute, seqs } : null;
}
