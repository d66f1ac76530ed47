import { createHash } from 'node:crypto';
import type { Page } from 'playwright-core';
import type { Bytes } from '#domain/base/bytes.ts';
import { chainLink, chainStart, parseHead } from '#domain/footage/head.ts';
import { parseEntries } from '#domain/footage/index-page.ts';
import { buildSegmentRecord } from '#domain/sync/segment-record.ts';
import type { RunRow } from '#domain/footage/rows.ts';

/**
 * Reads the browser's database with bare IndexedDB, so that tests do not rely on the app's own
 * view.
 */

interface Row {
	readonly place: number;
	readonly bytes: string;
	readonly head: string;
}

export interface StoredPage {
	readonly camera: string;
	readonly runNo: number;
	readonly minute: number;
	readonly seqs: readonly number[];
	readonly bytes: number;
}

/** All index pages, in the order they were begun. */
export async function storedPages(page: Page): Promise<StoredPage[]> {
	return (await rawPages(page)).map(({ entries, ...key }) => {
		const parsed = parseEntries(Uint8Array.from(entries));
		const bytes = parsed.reduce((sum, { size }) => sum + size, 0);
		return { ...key, seqs: parsed.map(({ seq }) => seq), bytes };
	});
}

async function rawPages(
	page: Page,
): Promise<(Pick<StoredPage, 'camera' | 'runNo' | 'minute'> & { readonly entries: number[] })[]> {
	return page.evaluate(async () => {
		const request = indexedDB.open('spycam-footage');
		const database = await new Promise<IDBDatabase>((done, failed) => {
			request.onsuccess = () => done(request.result);
			request.onerror = () => failed(new Error('the footage database did not open'));
		});
		try {
			const all = database.transaction('pages').objectStore('pages').index('firstPlace').getAll();
			const found = await new Promise<Record<string, unknown>[]>((done, failed) => {
				all.onsuccess = () => done(all.result as Record<string, unknown>[]);
				all.onerror = () => failed(new Error('the index pages could not be read'));
			});
			return found.map(({ camera, runNo, minute, entries }) => ({
				...{ camera: String(camera), runNo: Number(runNo), minute: Number(minute) },
				entries: [...(entries as Uint8Array)],
			}));
		} finally {
			database.close();
		}
	});
}

/** All run rows, in recording order. */
export async function storedRuns(page: Page): Promise<RunRow[]> {
	return page.evaluate(async () => {
		const request = indexedDB.open('spycam-footage');
		const database = await new Promise<IDBDatabase>((done, failed) => {
			request.onsuccess = () => done(request.result);
			request.onerror = () => failed(new Error('the footage database did not open'));
		});
		try {
			if (!database.objectStoreNames.contains('runs')) return [];
			const all = database.transaction('runs').objectStore('runs').getAll();
			return await new Promise<RunRow[]>((done, failed) => {
				all.onsuccess = () => done(all.result as RunRow[]);
				all.onerror = () => failed(new Error('the runs could not be read'));
			});
		} finally {
			database.close();
		}
	});
}

/** Waits until the newest run has at least `segments` segments; returns all runs. */
export async function waitForSegments(
	page: Page,
	segments: number,
	timeout = 30_000 + 2_000 * segments,
): Promise<RunRow[]> {
	const deadline = Date.now() + timeout;
	for (;;) {
		const runs = await storedRuns(page);
		if ((runs.at(-1)?.lastSeq ?? 0) >= segments) return runs;
		if (Date.now() > deadline)
			throw new Error(
				`no ${String(segments)} segments in time: ${JSON.stringify(runs.map((r) => r.lastSeq))}`,
			);
		await page.waitForTimeout(100);
	}
}

/** The newest run's segments as they are uploaded: the init section, then at most 63 others. */
export async function storedRecords(
	page: Page,
): Promise<{ readonly camera: string; readonly runNo: number; readonly records: Bytes[] }> {
	const run = (await storedRuns(page)).at(-1);
	if (!run) throw new Error('nothing is recorded');
	// Pages first: it goes on recording, and bytes stand before their entries.
	const pages = await rawPages(page);
	const rows = await rowsFrom(page, run.initPlace, Number.MAX_SAFE_INTEGER);
	const bytesAt = (place: number) => {
		const row = rows.find((one) => one.place === place);
		if (!row) throw new Error(`no bytes at place ${String(place)}`);
		const [bytes, head] = [row.bytes, row.head].map((text) => Buffer.from(text, 'base64'));
		return { bytes: new Uint8Array(bytes!), head: new Uint8Array(head!) };
	};
	const records = [buildSegmentRecord({ entry: null, ...bytesAt(run.initPlace) })];
	for (const { runNo, entries } of pages) {
		if (runNo !== run.runNo) continue;
		for (const entry of parseEntries(Uint8Array.from(entries)))
			records.push(buildSegmentRecord({ entry: { ...entry, place: 0 }, ...bytesAt(entry.place) }));
	}
	return { camera: run.camera, runNo: run.runNo, records: records.slice(0, 64) };
}

async function rowsFrom(page: Page, firstPlace: number, lastPlace: number): Promise<Row[]> {
	return page.evaluate(
		async ([first, last]) => {
			const request = indexedDB.open('spycam-footage');
			const database = await new Promise<IDBDatabase>((done, failed) => {
				request.onsuccess = () => done(request.result);
				request.onerror = () => failed(new Error('the footage database did not open'));
			});
			const text = (bytes: Uint8Array) => {
				let out = '';
				for (let at = 0; at < bytes.length; at += 0x8000)
					out += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
				return btoa(out);
			};
			const bytesOf = async (value: unknown) =>
				value instanceof Blob
					? new Uint8Array(await value.arrayBuffer())
					: value instanceof ArrayBuffer
						? new Uint8Array(value)
						: (value as Uint8Array);
			try {
				const rows: { place: number; bytes: unknown; head: unknown }[] = [];
				await new Promise<void>((done, failed) => {
					const cursor = database
						.transaction('bytes')
						.objectStore('bytes')
						.openCursor(IDBKeyRange.bound(first, last));
					cursor.onerror = () => failed(new Error('the sealed bytes could not be read'));
					cursor.onsuccess = () => {
						const at = cursor.result;
						if (at === null) {
							done();
							return;
						}
						const value = at.value as { bytes: unknown; head: unknown };
						rows.push({ place: at.primaryKey as number, bytes: value.bytes, head: value.head });
						at.continue();
					};
				});
				return await Promise.all(
					rows.map(async ({ place, bytes, head }) => ({
						place,
						bytes: text(await bytesOf(bytes)),
						head: text(await bytesOf(head)),
					})),
				);
			} finally {
				database.close();
			}
		},
		[firstPlace, lastPlace] as const,
	);
}

const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest());
const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

/**
 * Recomputes the chain of a run from the stored bytes, init section first, and compares it with
 * every signed head. Returns the number of segments; throws at the first mismatch.
 */
export async function verifyChain(page: Page, run: RunRow): Promise<number> {
	const rows = await rowsFrom(page, run.initPlace, run.initPlace + 2 * (run.lastSeq + 2));
	let chain = sha256(chainStart(run.camera, run.runId));
	let next = 0;
	for (const row of rows) {
		const { head } = parseHead(Buffer.from(row.head, 'base64'));
		if (head.runId !== run.runId) continue;
		const hash = sha256(Buffer.from(row.bytes, 'base64'));
		chain = sha256(chainLink(chain, next, hash));
		if (head.seq !== next) throw new Error(`segment ${String(next)} is missing`);
		if (!same(head.segmentHash, hash)) throw new Error(`segment ${String(next)} was changed`);
		if (!same(head.chain, chain)) throw new Error(`the chain breaks at ${String(next)}`);
		next++;
	}
	if (next - 1 !== run.lastSeq)
		throw new Error(`the run names ${String(run.lastSeq)} segments, ${String(next - 1)} are there`);
	return run.lastSeq;
}

/** SHA-256 over all stored footage: keys, sealed bytes and heads, in order. */
export async function footageHash(page: Page): Promise<string> {
	const hash = createHash('sha256');
	for (const { place, bytes, head } of await rowsFrom(page, 0, Number.MAX_SAFE_INTEGER)) {
		hash.update(`${String(place)} ${bytes} ${head}\n`);
	}
	return hash.digest('hex');
}

/**
 * Runs in a page: deletes the sealed bytes of all segments up to the one at a place, as if the
 * disk had lost them. Their index stays.
 */
export async function loseBytes(lastPlace: number): Promise<void> {
	const request = indexedDB.open('spycam-footage');
	const database = await new Promise<IDBDatabase>((done, failed) => {
		request.onsuccess = () => done(request.result);
		request.onerror = () => failed(new Error('the footage database did not open'));
	});
	const gone = database
		.transaction('bytes', 'readwrite')
		.objectStore('bytes')
		.delete(IDBKeyRange.upperBound(lastPlace));
	await new Promise<void>((done, failed) => {
		gone.onsuccess = () => done();
		gone.onerror = () => failed(new Error('the bytes were not deleted'));
	});
	database.close();
}
