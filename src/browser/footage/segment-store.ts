import { Listeners } from '#domain/base/listeners.ts';
import Dexie from 'dexie';
import { equalBytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import { idFrom, type CameraId } from '#domain/base/ids.ts';
import {
	buildEntries,
	endUsOf,
	minuteOf,
	MINUTE_US,
	withEntry,
} from '#domain/footage/index-page.ts';
import type { PlannedEviction, EvictionLimits } from '#domain/storage/eviction-plan.ts';
import type { Run, RunEnd, RunStart } from '#domain/footage/run.ts';
import { begunRun, holedRun, mayStall, appendedRun } from '#domain/footage/run-change.ts';
import type { SealedSegment, Segment, SegmentKey, StoredBytes } from '#domain/footage/segment.ts';
import type { Span } from '#domain/footage/span.ts';
import type { PinsAndTrash, Pin, Removal } from '#ports/footage/pins-and-trash.ts';
import type { EvictionResult, SegmentStore } from '#ports/footage/segment-store.ts';
import { DatabaseConnection } from '#browser/storage/database-connection.ts';
import { FOOTAGE, FootageDatabase, pagesOfRun } from './database.ts';
import { evict, expire, purge } from './eviction.ts';
import { readable } from '#browser/storage/fault-from.ts';
import {
	addPin,
	RETENTION_TABLES,
	pinsOf,
	removalsOf,
	moveToTrash,
	restoreFromTrash,
} from './pins-and-trash.ts';
import { planEviction } from './plan-eviction.ts';
import { IndexRepair } from './index-repair.ts';
import { entryOf, IndexReader, placeOf } from './index-reader.ts';
import { contentOf, storable } from './stored-bytes.ts';
import {
	asBytes,
	asFields,
	basisOf,
	decodePage,
	decodeRun,
	runOf,
	type PageKey,
	type RunKey,
	type RunRow,
} from './rows.ts';

const WRITTEN = ['bytes', 'pages', 'runs'];

/** Footage in IndexedDB. Rules and layout: docs/spec/store.md. */
export class DexieSegmentStore implements SegmentStore, PinsAndTrash {
	readonly #connection: DatabaseConnection<FootageDatabase>;
	readonly #repair: IndexRepair;
	readonly #channel: BroadcastChannel;
	readonly #watchers = new Listeners();
	#inspected = false;
	#disposed = false;
	readonly #reader: IndexReader;

	/** `deadlineMs`: for tests with a hanging database. */
	constructor(name = FOOTAGE, deadlineMs?: number) {
		this.#connection = new DatabaseConnection(
			() => new FootageDatabase(name),
			'footage',
			deadlineMs,
		);
		this.#repair = new IndexRepair(this.#connection);
		this.#reader = new IndexReader(this.#connection, this.#repair, () => this.#changed());
		this.#channel = new BroadcastChannel(name);
		this.#channel.onmessage = () => this.#watchers.notify();
	}

	async begin(start: RunStart, init: Pick<SealedSegment, 'bytes' | 'head'>): Promise<Run> {
		const { camera, runNo } = start;
		const run = await this.#connection.write(WRITTEN, async ({ bytes, runs }) => {
			const known = await runs
				.where(':id')
				.between([camera, runNo], [camera, Dexie.maxKey])
				.primaryKeys();
			if (known.length > 0) {
				const kept = decodeRun(await readable(runs.get([camera, runNo])));
				// ST5: the previous attempt was committed, but its answer was lost.
				if (kept?.runId === start.runId && kept.lastSeq === 0 && kept.ended === null) return kept;
				throw new Fault('conflict', `run ${runNo} is not above every run of its camera`);
			}
			const initPlace = await bytes.add({ bytes: storable(init.bytes), head: init.head.slice() });
			const initSize = init.bytes.length;
			const row = { ...begunRun(start, initSize), initPlace, initSize };
			await runs.add(row);
			return row;
		});
		this.#changed();
		return runOf(run);
	}

	async append(camera: CameraId, runNo: number, segment: SealedSegment): Promise<Run> {
		const { bytes: sealed, head, seq, startUs, durationUs, sound } = segment;
		if (durationUs > MINUTE_US) throw new Fault('malformed', 'segment longer than a minute');
		const key: RunKey = [camera, runNo];
		let damaged: PageKey | null = null;
		const write = async ({ bytes, pages, runs }: FootageDatabase): Promise<RunRow | null> => {
			damaged = null;
			let minute = minuteOf(startUs);
			// In parallel, which saves a third of the time. A write refused below is rolled back.
			const [stored, found, place] = await Promise.all([
				readable(runs.get(key)),
				readable(pages.get([camera, runNo, minute])),
				bytes.add({ bytes: storable(sealed), head: head.slice() }),
			]);
			const run = decodeRun(stored);
			const written = run?.lastSeq === seq && (await isWritten({ bytes, pages }, run, head));
			if (run === null || written) {
				await bytes.delete(place);
				return run;
			}
			if (run.ended !== null || seq !== run.lastSeq + 1) {
				throw new Fault('conflict', `segment ${seq} is not next in run ${runNo}`);
			}
			let row = found;
			if (row === undefined || startUs < run.endUs) {
				const newest = await newestPage(pages, key);
				const later = Number(asFields(newest)?.['minute']);
				if (later >= minute) [row, minute] = [newest, later];
			}
			const page = decodePage(row);
			if (row !== undefined && page === null) {
				damaged = [camera, runNo, minute];
				await bytes.delete(place);
				return null;
			}
			const last = page?.parsed.at(-1);
			if (minute - minuteOf(startUs) > 1 || (last !== undefined && startUs < last.startUs)) {
				throw new Fault('malformed', `segment ${seq} starts before its predecessor`);
			}
			const entry = { seq, startUs, durationUs, size: sealed.length, place, sound, bad: false };
			const near =
				page?.parsed ??
				(mayStall(run, entry) ? decodePage(await newestPage(pages, key))?.parsed : []);
			const grown = appendedRun(run, near ?? [], entry);
			const next = {
				...{ camera, runNo, minute, firstPlace: page?.firstPlace ?? place },
				entries: withEntry(page?.entries ?? new Uint8Array(0), entry),
				basis: basisOf(run),
			};
			await Promise.all([pages.put(next), runs.put(grown)]);
			return grown;
		};
		const run = await this.#mended(
			key,
			() => damaged,
			() => this.#connection.write(WRITTEN, write),
		);
		if (run === null)
			throw new Fault('cleared', `run ${runNo} does not exist any more`, undefined, 'footage');
		this.#changed();
		return runOf(run);
	}

	async close(camera: CameraId, runNo: number, why: RunEnd): Promise<void> {
		const key: RunKey = [camera, runNo];
		const write = async ({ bytes, runs }: FootageDatabase): Promise<RunRow | null> => {
			const run = decodeRun(await readable(runs.get(key)));
			if (run === null) return null;
			if (run.lastSeq === 0) {
				await bytes.delete(run.initPlace);
				await runs.delete(key);
			} else if (run.ended === null) {
				await runs.put({ ...run, ended: why });
			}
			return run;
		};
		await this.#mended(
			key,
			() => null,
			() => this.#connection.write(WRITTEN, write),
		);
		this.#changed();
	}

	async cameras(): Promise<CameraId[]> {
		this.#inspect();
		const keys = await this.#connection.read(['runs'], ({ runs }) =>
			runs.toCollection().primaryKeys(),
		);
		const cameras = keys.map(([camera]) => idFrom<CameraId>(camera)).filter((id) => id !== null);
		return [...new Set(cameras)];
	}

	async runs(camera: CameraId, fromUs?: number, toUs?: number): Promise<Run[]> {
		this.#inspect();
		const rows = await this.#reader.runs(camera, fromUs, toUs);
		return rows.map(runOf);
	}

	async lastRun(camera: CameraId): Promise<Run | null> {
		const row = await this.#reader.lastRun(camera);
		return row === null ? null : runOf(row);
	}

	between(camera: CameraId, fromUs: number, toUs: number): Promise<Segment[]> {
		this.#inspect();
		return this.#reader.between(camera, fromUs, toUs);
	}

	firstAt(camera: CameraId, us: number): Promise<Segment | null> {
		this.#inspect();
		return this.#reader.at(camera, us);
	}

	async read(segment: SegmentKey): Promise<StoredBytes | null> {
		const found = await this.#connection.read(['bytes', 'pages', 'runs'], async (database) => {
			const place = await placeOf(database, segment);
			if (place === null) return null;
			const { bytes } = database;
			const there = await bytes.where(':id').equals(place).count();
			return there === 0 ? null : { row: await readable(bytes.get(place)) };
		});
		if (found === null) return null;
		const fields = asFields(found.row);
		const head = asBytes(fields?.['head']);
		const bytes = await contentOf(fields?.['bytes']);
		if (head === null || bytes === null || bytes.length === 0) {
			throw new Fault('corrupt', `bytes of segment ${segment.seq} cannot be read`);
		}
		return { bytes, head };
	}

	async damaged(segment: SegmentKey): Promise<boolean> {
		const marked = await this.#connection.write(['pages', 'runs'], async (database) => {
			const found = await entryOf(database, segment);
			if (found === null || found.entry.bad || found.entry.deleted) return false;
			const { page, entry } = found;
			const { camera, runNo, minute, firstPlace, basis } = page;
			const parsed = page.parsed.map((one) => (one === entry ? { ...one, bad: true } : one));
			const entries = buildEntries(parsed);
			await database.pages.put({ camera, runNo, minute, firstPlace, entries, basis });
			const run = decodeRun(await readable(database.runs.get([camera, runNo])));
			if (run === null) return true;
			const { startUs } = entry;
			await database.runs.put(holedRun(run, { startUs, endUs: endUsOf(entry), why: 'damaged' }));
			return true;
		});
		if (marked) this.#changed();
		return marked;
	}

	async usedBytes(): Promise<number> {
		this.#inspect();
		return this.#reader.usedBytes();
	}

	async evict(bytes: number, maxPages: number): Promise<EvictionResult> {
		const evicted = await evict(this.#connection, this.#repair, bytes, maxPages);
		if (evicted.segments > 0) this.#changed();
		return evicted;
	}

	async expire(beforeUs: number, maxPages: number): Promise<EvictionResult> {
		const evicted = await expire(this.#connection, this.#repair, beforeUs, maxPages);
		if (evicted.segments > 0) this.#changed();
		return evicted;
	}

	planEviction(limits: EvictionLimits): Promise<PlannedEviction> {
		return planEviction(this.#connection, limits);
	}

	pins(camera: CameraId): Promise<Pin[]> {
		return this.#connection.read(['pins'], (database) => pinsOf(database, camera));
	}

	pin(camera: CameraId, span: Span): Promise<Pin> {
		return this.#keep((database) => addPin(database, camera, span));
	}

	async unpin(id: number): Promise<void> {
		await this.#keep(({ pins }) => pins.delete(id));
	}

	removals(camera: CameraId): Promise<Removal[]> {
		return this.#connection.read(['removals'], (database) => removalsOf(database, camera));
	}

	remove(camera: CameraId, span: Span): Promise<Removal | null> {
		return this.#keep((database) => moveToTrash(database, camera, span, Date.now()));
	}

	restore(id: number): Promise<boolean> {
		return this.#keep((database) => restoreFromTrash(database, id));
	}

	async purge(beforeMs: number): Promise<number> {
		const freed = await purge(this.#connection, beforeMs);
		if (freed > 0) this.#changed();
		return freed;
	}

	watch(changed: () => void): () => void {
		return this.#watchers.add(changed);
	}

	damagedRows(): number {
		return this.#repair.damagedRows;
	}

	dispose(): void {
		this.#disposed = true;
		this.#watchers.clear();
		this.#channel.close();
		this.#connection.dispose();
	}

	async #keep<T>(work: (database: FootageDatabase) => PromiseLike<T>): Promise<T> {
		const done = await this.#connection.write(RETENTION_TABLES, work);
		this.#changed();
		return done;
	}

	/** `work` returns `null` for a missing or damaged row, which is then repaired and read again. */
	async #mended(
		key: RunKey,
		page: () => PageKey | null,
		work: () => Promise<RunRow | null>,
	): Promise<RunRow | null> {
		for (let tried = 0; ; tried += 1) {
			const done = await work();
			if (done !== null || tried === 2) return done;
			const damaged = page();
			const mended = await (damaged === null
				? this.#repair.repair('runs', [key])
				: this.#repair.repair('pages', [damaged]));
			if (!mended) return null;
		}
	}

	/**
	 * Runs once, after the first query and without blocking; findings notify watchers like any
	 * change.
	 */
	#inspect(): void {
		if (this.#inspected) return;
		this.#inspected = true;
		this.#repair.inspect().then(
			(mended) => mended && this.#changed(),
			// A database that does not answer fails the caller's own query.
			() => undefined,
		);
	}

	#changed(): void {
		if (this.#disposed) return;
		this.#channel.postMessage(null);
		this.#watchers.notify();
	}
}

type Tables = Pick<FootageDatabase, 'bytes' | 'pages'>;

/** ST5: whether the run's newest segment is this one, because an answer was lost. */
async function isWritten(
	{ bytes, pages }: Tables,
	run: RunRow,
	head: Uint8Array,
): Promise<boolean> {
	const newest = await newestPage(pages, [run.camera, run.runNo]);
	const entry = decodePage(newest)?.parsed.at(-1);
	if (entry?.seq !== run.lastSeq) return false;
	const written = asBytes(asFields(await readable(bytes.get(entry.place)))?.['head']);
	return written !== null && equalBytes(written, head);
}

function newestPage(pages: FootageDatabase['pages'], key: RunKey): Promise<unknown> {
	return readable(
		pages
			.where(':id')
			.between(...pagesOfRun(key))
			.last(),
	);
}
