import { Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { buildEntries, endUsOf, minuteOf, type IndexEntry } from '#domain/footage/index-page.ts';
import type { Hole } from '#domain/footage/run.ts';
import { holedRun, withoutHole } from '#domain/footage/run-change.ts';
import {
	decodeRemoval,
	type IndexPage,
	type RemovalItem,
	type RemovalRow,
	type RunKey,
	type RunRow,
	pageRowOf,
} from '#domain/footage/rows.ts';
import { spansOverlap, type Span } from '#domain/footage/span.ts';
import type { RowReader, RowWriter } from '#ports/footage/footage-rows.ts';
import type { Pin, Removal } from '#ports/footage/pins-and-trash.ts';
import { pageAt, pagesIn, pinsOf, runAt } from './rows-at.ts';

/** The transactions for pins and removals; each function needs a transaction of its own. */

/** A calendar day has at most 25 hours. */
const LONGEST_US = 25 * 3_600_000_000;

export async function addPin(
	rows: RowWriter,
	camera: CameraId,
	{ startUs, endUs }: Span,
): Promise<Pin> {
	if (endUs <= startUs) throw new Fault('malformed', 'cannot pin an empty span');
	const row = { camera, startUs: Math.floor(startUs), endUs: Math.ceil(endUs) };
	return { ...row, id: await rows.add('pins', row) };
}

export async function moveToTrash(
	rows: RowWriter,
	camera: CameraId,
	span: Span,
	atMs: number,
): Promise<Removal | null> {
	if (span.endUs - span.startUs > LONGEST_US)
		throw new Fault('malformed', 'cannot delete a span longer than a day');
	const pinned = (await pinsOf(rows, camera)).some((pin) => spansOverlap(pin, span));
	if (pinned) throw new Fault('conflict', 'cannot delete a span that touches a pin');
	const [fromMinute, toMinute] = [minuteOf(span.startUs) - 1, minuteOf(span.endUs) + 1];
	const items: RemovalItem[] = [];
	const gone = new Map<number, IndexEntry[]>();
	for (const page of await pagesIn(rows, { camera, fromMinute, toMinute })) {
		const leaving = page.parsed.filter(
			(entry) =>
				!entry.deleted && spansOverlap({ startUs: entry.startUs, endUs: endUsOf(entry) }, span),
		);
		if (leaving.length === 0) continue;
		const { runNo, minute } = page;
		const seqs = leaving.map(({ seq }) => seq);
		await updateEntries(rows, page, seqs, (entry) => ({ ...entry, deleted: true }));
		items.push({ runNo, minute, seqs });
		gone.set(runNo, [...(gone.get(runNo) ?? []), ...leaving]);
	}
	for (const [runNo, entries] of gone) {
		await updateRun(rows, [camera, runNo], (run) =>
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
	const id = await rows.add('removals', row);
	return { id, camera, startUs, endUs, atMs, segments: all.length };
}

export async function restoreFromTrash(rows: RowWriter, id: number): Promise<boolean> {
	const row = decodeRemoval(await rows.get('removals', id));
	await rows.delete('removals', id);
	if (row === null) return false;
	const back = new Map<number, IndexEntry[]>();
	for (const { page, entries } of await removedFrom(rows, row)) {
		const there = entries.filter(({ size }) => size > 0);
		const seqs = there.map(({ seq }) => seq);
		await updateEntries(rows, page, seqs, withoutFlag);
		back.set(page.runNo, [...(back.get(page.runNo) ?? []), ...there]);
	}
	for (const [runNo, entries] of back) {
		await updateRun(rows, [row.camera, runNo], (run) => ({
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
export async function purgeFromTrash(rows: RowWriter, id: number): Promise<number> {
	const row = decodeRemoval(await rows.get('removals', id));
	await rows.delete('removals', id);
	if (row === null) return 0;
	let freed = 0;
	for (const { page, entries } of await removedFrom(rows, row)) {
		const seqs = entries.map(({ seq }) => seq);
		const bytes = entries.reduce((sum, { size }) => sum + size, 0);
		await rows.deleteBytes(entries.map(({ place }) => place));
		await updateEntries(rows, page, seqs, (entry) => ({ ...entry, size: 0 }));
		await updateRun(rows, [row.camera, page.runNo], (run) => ({
			...run,
			bytes: Math.max(0, run.bytes - bytes),
		}));
		freed += bytes;
	}
	await rows.deleteThumbnails(row.camera, row);
	return freed;
}

/** Pages of a removal that still exist, with their entries. */
export async function removedFrom(
	rows: RowReader,
	{ camera, items }: RemovalRow,
): Promise<{ page: IndexPage; entries: IndexEntry[] }[]> {
	const found: { page: IndexPage; entries: IndexEntry[] }[] = [];
	for (const { runNo, minute, seqs } of items) {
		const page = await pageAt(rows, [camera, runNo, minute]);
		const wanted = new Set(seqs);
		const entries = page?.parsed.filter(({ seq, deleted }) => deleted === true && wanted.has(seq));
		if (page !== null && entries !== undefined && entries.length > 0) found.push({ page, entries });
	}
	return found;
}

async function updateEntries(
	rows: RowWriter,
	page: IndexPage,
	seqs: readonly number[],
	with_: (entry: IndexEntry) => IndexEntry,
): Promise<void> {
	const changed = new Set(seqs);
	const entries = buildEntries(
		page.parsed.map((entry) => (changed.has(entry.seq) ? with_(entry) : entry)),
	);
	await rows.put('pages', pageRowOf(page, entries));
}

function withoutFlag(entry: IndexEntry): IndexEntry {
	const back: IndexEntry & { deleted?: true } = { ...entry };
	delete back.deleted;
	return back;
}

async function updateRun(
	rows: RowWriter,
	key: RunKey,
	with_: (run: RunRow) => RunRow,
): Promise<void> {
	const run = await runAt(rows, key);
	if (run !== null) await rows.put('runs', with_(run));
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
