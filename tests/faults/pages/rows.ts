import { DexieSegmentStore } from '../../support/dexie-segment-store.ts';
import type { PageRow } from '#domain/footage/rows.ts';
import { parseEntries } from '#domain/footage/index-page.ts';
import { coverage } from '#domain/footage/coverage.ts';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId, RunId } from '#domain/base/ids.ts';
import type { SealedSegment } from '#domain/footage/segment.ts';

const SECOND = 1_000_000;
const T0 = 1_800_000_000_000_000;
const CAMERAS = [
	'0123456789abcdef0123456789abcdef',
	'fedcba9876543210fedcba9876543210',
] as CameraId[];
const RUNS = 3;
const SEGMENTS = 150;
/** From the first anchor past the last segment. */
const SPAN_US = RUNS * SEGMENTS * SECOND * 2;

export interface Round {
	/** The damages done to the database. */
	readonly damages: readonly string[];
	/** Undamaged segments that do not read as written. */
	readonly lost: readonly string[];
	readonly served: number;
	readonly setAside: number;
	/** Faults that reached the caller; none may. */
	readonly faults: readonly string[];
}

export interface RowFaults {
	fill(): Promise<void>;
	round(seed: number, damages: number): Promise<Round>;
	/** Appends until the browser refuses; returns what remained. */
	fillUp(bytes: number): Promise<{ kind: string; lastSeq: number; rows: number; after: number }>;
}

declare global {
	interface Window {
		rowFaults: RowFaults;
	}
}

const contentOf = (camera: number, runNo: number, seq: number) =>
	Uint8Array.from(
		{ length: 200 + seq },
		(_, at) => (camera * 89 + runNo * 31 + seq * 7 + at) & 0xff,
	);

function sealed(camera: number, runNo: number, seq: number, startUs: number): SealedSegment {
	const bytes = contentOf(camera, runNo, seq);
	const head = contentOf(camera, runNo, seq + 1000).slice(0, 284);
	return { seq, startUs, durationUs: SECOND, sound: false, bytes, head };
}

const anchorOf = (runNo: number) => T0 + (runNo - 1) * SEGMENTS * SECOND * 2;

async function fill(name: string): Promise<void> {
	const store = new DexieSegmentStore(name);
	for (let runNo = 1; runNo <= RUNS; runNo += 1) {
		for (const [which, camera] of CAMERAS.entries()) {
			const anchorUs = anchorOf(runNo);
			const runId = `${which}${runNo}`.padStart(32, 'a') as RunId;
			const start = { camera, runNo, runId, epoch: 1, mime: 'video/mp4', anchorUs };
			await store.begin(start, sealed(which, runNo, 0, anchorUs));
			for (let seq = 1; seq <= SEGMENTS; seq += 1) {
				await store.append(camera, runNo, sealed(which, runNo, seq, anchorUs + seq * SECOND));
			}
			await store.close(camera, runNo, 'stopped');
		}
	}
	store.dispose();
}

/** mulberry32: small and deterministic everywhere. */
function random(seed: number): (below: number) => number {
	let state = seed >>> 0;
	return (below) => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
	};
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
	return new Promise((done, failed) => {
		request.onsuccess = () => done(request.result);
		request.onerror = () => failed(new Error('no answer', { cause: request.error }));
	});
}

function opened(name: string): Promise<IDBDatabase> {
	return answer(indexedDB.open(name));
}

type Row = Record<string, unknown>;
const TABLES = ['bytes', 'pages', 'runs'] as const;
/** Rows are separate from the copy that restores them before each round. */
let pristine: Map<string, Row[]> | null = null;
/** Of the bytes of each segment. */
const places = new Map<string, number>();

async function restore(name: string): Promise<void> {
	const database = await opened(name);
	if (pristine === null) {
		pristine = new Map();
		for (const table of TABLES) {
			const all = database.transaction(table).objectStore(table).getAll();
			pristine.set(table, (await answer(all)) as Row[]);
		}
		for (const { camera, runNo, entries } of pristine.get('pages') as unknown as PageRow[]) {
			for (const { seq, place } of parseEntries(entries)) {
				places.set(`${camera}/${String(runNo)}/${String(seq)}`, place);
			}
		}
	}
	const transaction = database.transaction([...TABLES, 'quarantined'], 'readwrite');
	transaction.objectStore('quarantined').clear();
	for (const table of TABLES) {
		const store = transaction.objectStore(table);
		store.clear();
		for (const row of pristine.get(table) ?? []) store.put(row);
	}
	await new Promise((done) => (transaction.oncomplete = done));
	database.close();
}

/** One random damage; adds what it hit to `hurt` as `camera/run/seq`, with `*` for all of it. */
async function damage(
	database: IDBDatabase,
	next: (below: number) => number,
	hurt: Set<string>,
): Promise<string> {
	const table = TABLES[next(3)]!;
	const store = database.transaction(table, 'readwrite').objectStore(table);
	const keys = await answer(store.getAllKeys());
	const key = keys[next(keys.length)];
	if (key === undefined) return 'nothing left';
	const row = (await answer(store.get(key))) as Row;
	const kind = ['flip', 'truncate', 'delete', 'type'][next(4)]!;
	if (table === 'bytes') hurt.add(`place ${String(row['place'])}`);
	else if (table === 'pages') hurt.add(`page ${JSON.stringify(key)}`);
	if (kind === 'delete') {
		await answer(store.delete(key));
		return `${table} ${kind}`;
	}
	// Keys are part of the row: a damaged key would be another row.
	const fields = Object.keys(row).filter(
		(name) => !['place', 'camera', 'runNo', 'minute'].includes(name),
	);
	const field = fields[next(fields.length)];
	if (field === undefined) return 'nothing left';
	await answer(store.put({ ...row, [field]: spoiled(row[field], kind, next) }));
	return `${table}.${field} ${kind}`;
}

function spoiled(value: unknown, kind: string, next: (below: number) => number): unknown {
	const bytes = value instanceof ArrayBuffer ? new Uint8Array(value) : value;
	if (bytes instanceof Uint8Array && kind !== 'type') {
		if (kind === 'truncate') return bytes.slice(0, next(bytes.length));
		const copy = bytes.slice();
		copy[next(copy.length)]! ^= 1 << next(8);
		return value instanceof ArrayBuffer ? copy.buffer : copy;
	}
	if (typeof value === 'number' && kind === 'flip') return value + 2 ** next(50);
	if (typeof value === 'string' && kind !== 'type') return value.slice(0, next(value.length));
	return [null, undefined, 'text', -1, 0.5, {}, [1], true, new Blob(['x']), Number.NaN][next(10)];
}

async function round(name: string, seed: number, damages: number): Promise<Round> {
	await restore(name);
	const next = random(seed);
	const done: string[] = [];
	const hurt = new Set<string>();
	const database = await opened(name);
	for (let at = 0; at < damages; at += 1) done.push(await damage(database, next, hurt));
	database.close();
	const store = new DexieSegmentStore(name);
	const faults: string[] = [];
	const lost: string[] = [];
	let served = 0;
	const tried = async <T>(what: string, work: Promise<T>): Promise<T | null> => {
		try {
			return await work;
		} catch (error) {
			faults.push(`${what}: ${error instanceof Fault ? error.message : String(error)}`);
			return null;
		}
	};
	await tried('used', store.usedBytes());
	await tried('cameras', store.cameras());
	for (const [which, camera] of CAMERAS.entries()) {
		const found = (await tried('between', store.between(camera, T0, T0 + SPAN_US))) ?? [];
		await tried('at', store.firstAt(camera, T0 + next(SPAN_US)));
		const runs = (await tried('runs', store.runs(camera))) ?? [];
		const drawn = coverage(runs, T0, T0 + SPAN_US);
		if (drawn.footage.some(({ startUs, endUs }) => endUs <= startUs)) faults.push('coverage');
		const seen = new Set(found.map(({ runNo, seq }) => `${runNo}/${seq}`));
		for (let runNo = 1; runNo <= RUNS; runNo += 1) {
			for (let seq = 1; seq <= SEGMENTS; seq += 1) {
				const minute = Math.floor((anchorOf(runNo) + seq * SECOND) / (60 * SECOND));
				const touched = hurt.has(`page ${JSON.stringify([camera, runNo, minute])}`);
				if (!touched && !seen.has(`${runNo}/${seq}`)) lost.push(`${which}/${runNo}/${seq}`);
			}
		}
		for (const segment of found) {
			const { runNo, seq } = segment;
			const place = places.get(`${camera}/${runNo}/${seq}`);
			try {
				const stored = await store.read(segment);
				const whole = contentOf(which, runNo, seq);
				const same = stored?.bytes.every((byte, at) => byte === whole[at]) ?? false;
				if (same && stored?.bytes.length === whole.length) served += 1;
				else if (!hurt.has(`place ${String(place)}`))
					lost.push(`bytes of ${which}/${runNo}/${seq}`);
				if (stored === null) await tried('damaged', store.damaged(segment));
			} catch (error) {
				if (!(error instanceof Fault && error.kind === 'corrupt')) throw error;
				if (!hurt.has(`place ${String(place)}`)) lost.push(`bytes of ${which}/${runNo}/${seq}`);
				await tried('damaged', store.damaged(segment));
			}
		}
		// Recording continues, whatever happened.
		const last = await tried('lastRun', store.lastRun(camera));
		const runNo = (last?.runNo ?? 0) + 7;
		const start = { camera, runNo, runId: 'b'.repeat(32) as RunId, epoch: 1, mime: 'video/mp4' };
		const anchorUs = T0 + SPAN_US;
		await tried('begin', store.begin({ ...start, anchorUs }, sealed(which, runNo, 0, anchorUs)));
		await tried('append', store.append(camera, runNo, sealed(which, runNo, 1, anchorUs)));
		await tried('close', store.close(camera, runNo, 'stopped'));
	}
	const setAside = store.damagedRows();
	await tried('evict', store.evict(Number.MAX_SAFE_INTEGER, 1000));
	const left = await tried('used', store.usedBytes());
	if (left !== 0) faults.push(`${String(left)} bytes stay for ever`);
	store.dispose();
	return { damages: done, lost, served, setAside, faults };
}

async function fillUp(name: string, bytes: number) {
	const store = new DexieSegmentStore(name);
	const [camera] = CAMERAS;
	const start = { camera: camera!, runNo: 1, runId: 'c'.repeat(32) as RunId, epoch: 1 };
	const mime = 'video/mp4';
	await store.begin({ ...start, mime, anchorUs: T0 }, sealed(0, 1, 0, T0));
	let kind = 'none';
	let seq = 0;
	// Browsers compress stored data: zeros would never fill a disk.
	const noise = new Uint8Array(bytes);
	for (let at = 0; at < bytes; at += 65_536) {
		crypto.getRandomValues(noise.subarray(at, Math.min(bytes, at + 65_536)));
	}
	const segment = () => ({ ...sealed(0, 1, seq, T0 + seq * 10 * SECOND), bytes: noise });
	while (kind === 'none' && seq < 500) {
		seq += 1;
		try {
			await store.append(camera!, 1, segment());
		} catch (error) {
			kind = error instanceof Fault ? error.kind : String(error);
		}
	}
	const run = await store.lastRun(camera!);
	const database = await opened(name);
	const rows = await answer(database.transaction('bytes').objectStore('bytes').count());
	database.close();
	await store.evict(4 * bytes, 10);
	const after = await store.append(camera!, 1, segment());
	store.dispose();
	return { kind, lastSeq: run?.lastSeq ?? 0, rows, after: after.lastSeq };
}

window.rowFaults = {
	fill: () => fill('rows'),
	round: (seed, damages) => round('rows', seed, damages),
	fillUp: (bytes) => fillUp('full', bytes),
};
