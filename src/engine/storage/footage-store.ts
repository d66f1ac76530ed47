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
import {
	asFields,
	basisOf,
	decodePage,
	decodeRun,
	pageRowOf,
	runOf,
	type PageKey,
	type RunKey,
	type RunRow,
} from '#domain/footage/rows.ts';
import type { Run, RunEnd, RunStart } from '#domain/footage/run.ts';
import { begunRun, holedRun, mayStall, appendedRun } from '#domain/footage/run-change.ts';
import type { SealedSegment, Segment, SegmentKey, StoredBytes } from '#domain/footage/segment.ts';
import type { Span } from '#domain/footage/span.ts';
import type { PlannedEviction, EvictionLimits } from '#domain/storage/eviction-plan.ts';
import type { Clock } from '#ports/device/clock.ts';
import type {
	FootageRows,
	FootageTable,
	RowReader,
	RowWriter,
} from '#ports/footage/footage-rows.ts';
import type { PinsAndTrash, Pin, Removal } from '#ports/footage/pins-and-trash.ts';
import type { EvictionResult, SegmentStore } from '#ports/footage/segment-store.ts';
import { evict, expire, purge } from './eviction.ts';
import { entryOf, IndexReader, placeOf } from './index-reader.ts';
import { IndexRepair } from './index-repair.ts';
import { planEviction } from './plan-eviction.ts';
import { pinsOf, removalsOf, RETENTION_TABLES, runAt } from './rows-at.ts';
import { addPin, moveToTrash, restoreFromTrash } from './trash.ts';

const WRITTEN: readonly FootageTable[] = ['bytes', 'pages', 'runs'];

/**
 * The footage of this device: every decision about it, over the rows of whatever database has them.
 * Rules: docs/spec/store.md and docs/spec/retention.md.
 */
export class FootageStore implements SegmentStore, PinsAndTrash {
	readonly #rows: FootageRows;
	readonly #clock: Pick<Clock, 'wallMs'>;
	readonly #repair: IndexRepair;
	readonly #reader: IndexReader;
	#inspected = false;

	constructor(rows: FootageRows, clock: Pick<Clock, 'wallMs'>) {
		this.#rows = rows;
		this.#clock = clock;
		this.#repair = new IndexRepair(rows);
		this.#reader = new IndexReader(rows, this.#repair, () => this.#changed());
	}

	async begin(start: RunStart, init: Pick<SealedSegment, 'bytes' | 'head'>): Promise<Run> {
		const { camera, runNo } = start;
		const run = await this.#rows.write(WRITTEN, async (rows) => {
			const known = await rows.runKeys({ camera, afterNo: runNo - 1 });
			if (known.length > 0) {
				const kept = await runAt(rows, [camera, runNo]);
				// ST5: the previous attempt was committed, but its answer was lost.
				if (kept?.runId === start.runId && kept.lastSeq === 0 && kept.ended === null) return kept;
				throw new Fault('conflict', `run ${runNo} is not above every run of its camera`);
			}
			const initPlace = await rows.addBytes(init);
			const initSize = init.bytes.length;
			const row = { ...begunRun(start, initSize), initPlace, initSize };
			await rows.put('runs', row);
			return row;
		});
		this.#changed();
		return runOf(run);
	}

	async append(camera: CameraId, runNo: number, segment: SealedSegment): Promise<Run> {
		const { bytes, head, seq, startUs, durationUs, sound } = segment;
		if (durationUs > MINUTE_US) throw new Fault('malformed', 'segment longer than a minute');
		const key: RunKey = [camera, runNo];
		let damaged: PageKey | null = null;
		const write = async (rows: RowWriter): Promise<RunRow | null> => {
			damaged = null;
			let minute = minuteOf(startUs);
			// In parallel, which saves a third of the time. A write refused below is rolled back.
			const [stored, found, place] = await Promise.all([
				rows.get('runs', key),
				rows.get('pages', [camera, runNo, minute]),
				rows.addBytes({ bytes, head }),
			]);
			const run = decodeRun(stored);
			const written = run?.lastSeq === seq && (await isWritten(rows, run, head));
			if (run === null || written) {
				await rows.deleteBytes([place]);
				return run;
			}
			if (run.ended !== null || seq !== run.lastSeq + 1) {
				throw new Fault('conflict', `segment ${seq} is not next in run ${runNo}`);
			}
			let row = found;
			if (row === undefined || startUs < run.endUs) {
				const newest = await newestPage(rows, key);
				const later = Number(asFields(newest)?.['minute']);
				if (later >= minute) [row, minute] = [newest, later];
			}
			const page = decodePage(row);
			if (row !== undefined && page === null) {
				damaged = [camera, runNo, minute];
				await rows.deleteBytes([place]);
				return null;
			}
			const last = page?.parsed.at(-1);
			if (minute - minuteOf(startUs) > 1 || (last !== undefined && startUs < last.startUs)) {
				throw new Fault('malformed', `segment ${seq} starts before its predecessor`);
			}
			const entry = { seq, startUs, durationUs, size: bytes.length, place, sound, bad: false };
			const near =
				page?.parsed ??
				(mayStall(run, entry) ? decodePage(await newestPage(rows, key))?.parsed : []);
			const grown = appendedRun(run, near ?? [], entry);
			const entries = withEntry(page?.entries ?? new Uint8Array(0), entry);
			const next =
				page === null
					? { camera, runNo, minute, firstPlace: place, entries, basis: basisOf(run) }
					: pageRowOf(page, entries);
			await Promise.all([rows.put('pages', next), rows.put('runs', grown)]);
			return grown;
		};
		const run = await this.#mended(
			key,
			() => damaged,
			() => this.#rows.write(WRITTEN, write),
		);
		if (run === null)
			throw new Fault('cleared', `run ${runNo} does not exist any more`, undefined, 'footage');
		this.#changed();
		return runOf(run);
	}

	async close(camera: CameraId, runNo: number, why: RunEnd): Promise<void> {
		const key: RunKey = [camera, runNo];
		const write = async (rows: RowWriter): Promise<RunRow | null> => {
			const run = await runAt(rows, key);
			if (run === null) return null;
			if (run.lastSeq === 0) {
				await rows.deleteBytes([run.initPlace]);
				await rows.delete('runs', key);
			} else if (run.ended === null) {
				await rows.put('runs', { ...run, ended: why });
			}
			return run;
		};
		await this.#mended(
			key,
			() => null,
			() => this.#rows.write(WRITTEN, write),
		);
		this.#changed();
	}

	async cameras(): Promise<CameraId[]> {
		this.#inspect();
		const keys = await this.#rows.read(['runs'], (rows) => rows.runKeys('all'));
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

	read(segment: SegmentKey): Promise<StoredBytes | null> {
		return this.#rows.bytesAt(['pages', 'runs'], (rows) => placeOf(rows, segment));
	}

	async damaged(segment: SegmentKey): Promise<boolean> {
		const marked = await this.#rows.write(['pages', 'runs'], async (rows) => {
			const found = await entryOf(rows, segment);
			if (found === null || found.entry.bad || found.entry.deleted) return false;
			const { page, entry } = found;
			const { camera, runNo } = page;
			const parsed = page.parsed.map((one) => (one === entry ? { ...one, bad: true } : one));
			await rows.put('pages', pageRowOf(page, buildEntries(parsed)));
			const run = await runAt(rows, [camera, runNo]);
			if (run === null) return true;
			const { startUs } = entry;
			await rows.put('runs', holedRun(run, { startUs, endUs: endUsOf(entry), why: 'damaged' }));
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
		const evicted = await evict(this.#rows, this.#repair, bytes, maxPages);
		if (evicted.segments > 0) this.#changed();
		return evicted;
	}

	async expire(beforeUs: number, maxPages: number): Promise<EvictionResult> {
		const evicted = await expire(this.#rows, this.#repair, beforeUs, maxPages);
		if (evicted.segments > 0) this.#changed();
		return evicted;
	}

	planEviction(limits: EvictionLimits): Promise<PlannedEviction> {
		return planEviction(this.#rows, limits);
	}

	pins(camera: CameraId): Promise<Pin[]> {
		return this.#rows.read(['pins'], (rows) => pinsOf(rows, camera));
	}

	pin(camera: CameraId, span: Span): Promise<Pin> {
		return this.#keep((rows) => addPin(rows, camera, span));
	}

	async unpin(id: number): Promise<void> {
		await this.#keep((rows) => rows.delete('pins', id));
	}

	removals(camera: CameraId): Promise<Removal[]> {
		return this.#rows.read(['removals'], (rows) => removalsOf(rows, camera));
	}

	remove(camera: CameraId, span: Span): Promise<Removal | null> {
		return this.#keep((rows) => moveToTrash(rows, camera, span, this.#clock.wallMs()));
	}

	restore(id: number): Promise<boolean> {
		return this.#keep((rows) => restoreFromTrash(rows, id));
	}

	async purge(beforeMs: number): Promise<number> {
		const freed = await purge(this.#rows, beforeMs);
		if (freed > 0) this.#changed();
		return freed;
	}

	watch(changed: () => void): () => void {
		return this.#rows.watch(changed);
	}

	damagedRows(): number {
		return this.#repair.damagedRows;
	}

	dispose(): void {
		this.#rows.dispose();
	}

	async #keep<T>(work: (rows: RowWriter) => Promise<T>): Promise<T> {
		const done = await this.#rows.write(RETENTION_TABLES, work);
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
		this.#rows.announce();
	}
}

/** ST5: whether the run's newest segment is this one, because an answer was lost. */
async function isWritten(rows: RowReader, run: RunRow, head: Uint8Array): Promise<boolean> {
	const newest = await newestPage(rows, [run.camera, run.runNo]);
	const entry = decodePage(newest)?.parsed.at(-1);
	if (entry?.seq !== run.lastSeq) return false;
	const written = await rows.head(entry.place);
	return written !== null && equalBytes(written, head);
}

async function newestPage(rows: RowReader, run: RunKey): Promise<unknown> {
	return (await rows.pages({ run }, { last: 1 }))[0]?.row;
}
