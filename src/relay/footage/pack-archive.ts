import { equalBytes, type Bytes } from '#domain/base/bytes.ts';
import { expectFault, Fault } from '#domain/base/fault.ts';
import type { CameraId, HomeId } from '#domain/base/ids.ts';
import { Serial } from '#domain/base/serial.ts';
import { signedBytes } from '#domain/base/signed.ts';
import { minuteOf, parseEntries, type IndexEntry } from '#domain/footage/index-page.ts';
import type { Span } from '#domain/footage/span.ts';
import { parseRunRecord } from '#domain/sync/run-record.ts';
import {
	parseSegmentRecord,
	segmentRecordBytes,
	type SegmentRecord,
} from '#domain/sync/segment-record.ts';
import { withSeqs } from '#domain/sync/seq-ranges.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import { checkSegmentRecord, type RecordOrigin } from '#relay-core/segment-check.ts';
import type { ArchiveRoom } from './archive-room.ts';
import type { FootageIndex, IndexedPage, IndexedRun } from './footage-index.ts';
import { IndexRetention } from './index-retention.ts';
import type { PackFolder, PackKey } from './pack-folder.ts';
import {
	PackMending,
	type MendedPack,
	type RecordJudge,
	type RecoveryReport,
} from './pack-mending.ts';
import { PackReader } from './pack-reader.ts';
import { isNewRecord, newerRecord, writeRunPack } from './run-pack.ts';
import {
	pageFrom,
	placed,
	recordsOf,
	seqsOf,
	spanOf,
	type Held,
	type MinuteKey,
} from './pack-records.ts';

/**
 * Why a record was not taken. `full`: later, perhaps. `old`: there is no room for what is older
 * than all that is kept of its camera. The others: never as it is.
 */
export type RecordRefusal = 'invalid' | 'conflict' | 'full' | 'old';

export interface UploadResult {
	/** Durable here; a segment that was here already counts. */
	readonly kept: readonly number[];
	readonly refused: readonly { readonly seq: number; readonly why: RecordRefusal }[];
}

/** One upload: records of one run. */
export interface Upload {
	readonly origin: RecordOrigin;
	readonly runNo: number;
	/** Signed run record; `null`: unchanged since the last upload. */
	readonly runRecord: Bytes | null;
	/** Segment records, one behind the other. */
	readonly records: Bytes;
}

const BURIED_AT_ONCE = 100;

export interface PackArchiveTools {
	readonly packs: PackFolder;
	readonly index: FootageIndex;
	readonly crypto: Pick<Crypto, 'sha256' | 'verify'>;
	/** Undefined: no limit but the disk. */
	readonly room?: ArchiveRoom;
	/** Whether a head is signed as it should be. Undefined: the hash of the bytes has to do. */
	readonly judge?: RecordJudge;
	/** Whether a run record is signed as it should be. Undefined: it cannot be told. */
	readonly judgeRun?: RecordJudge;
	/** Of the machine; another one in tests. */
	readonly monotonicMs?: () => number;
	/** Whether a person deleted this span (SY33). Undefined: nothing was. */
	readonly isRemoved?: (of: Pick<PackKey, 'home' | 'camera'>, span: Span) => boolean;
}

/**
 * Sealed footage of all homes: packs and their index. Order of a write (SY7): checked → pack →
 * fdatasync → index → acknowledged; so what was acknowledged survives a power cut, and what was not
 * is written again or cut off.
 */
export class PackArchive {
	readonly #tools: PackArchiveTools;
	/** Writes of one camera go one after the other. Entries leave when their queue is empty. */
	readonly #writes = new Map<string, { readonly serial: Serial; waiting: number }>();
	readonly #reader: PackReader;
	readonly #mending: PackMending;
	readonly #retention: IndexRetention;

	constructor(tools: PackArchiveTools) {
		this.#tools = tools;
		this.#reader = new PackReader({ monotonicMs: () => performance.now(), ...tools });
		this.#mending = new PackMending(tools);
		this.#retention = new IndexRetention(tools.index);
	}

	/** Throws `malformed` for bytes that are no records, and `unavailable`. */
	async put(upload: Upload): Promise<UploadResult> {
		const { home, camera } = upload.origin;
		const { room } = this.#tools;
		const { length } = upload.records;
		try {
			return await this.#inTurn(home, camera, () => this.#put(upload));
		} catch (error) {
			expectFault(error);
			if (error.kind === 'quota') room?.refused(home, length, true);
			throw error;
		}
	}

	/**
	 * Records of a run, `first` to `last`, as far as they are here and whole, and fit into
	 * `maxBytes`; at least one if any is. What is found damaged is asked for again (RS10).
	 */
	async read(
		run: Pick<PackKey, 'home' | 'camera' | 'runNo'>,
		range: readonly [number, number],
		maxBytes: number,
	): Promise<Bytes> {
		const { records, damaged } = await this.#reader.read(run, range, maxBytes);
		for (const key of damaged) await this.mend(key);
		return records;
	}

	/** Takes out what is damaged in a pack. `judge`: more than the hash, for a whole check. */
	async mend(key: PackKey, judge?: RecordJudge): Promise<MendedPack> {
		const mended = await this.#inTurn(key.home, key.camera, () => this.#mending.mend(key, judge));
		if (mended.lost.length > 0) this.#tools.room?.lost(key, mended);
		return mended;
	}

	/** Takes out what `judge` does not keep, for ever: its camera does not send it again. */
	keepOnly(key: MinuteKey, judge: RecordJudge): Promise<MendedPack> {
		return this.#inTurn(key.home, key.camera, async () => {
			const mended = await this.#mending.mend(key, judge);
			const { lost } = mended;
			if (lost.length > 0) this.#tools.index.noteWithdrawn(key, withSeqs([], lost));
			return mended;
		});
	}

	/** Deletes pages of one camera: out of the index first, then their packs (RS9). */
	async discard(pages: readonly MinuteKey[]): Promise<number> {
		const { packs } = this.#tools;
		const [first] = pages;
		if (first === undefined) return 0;
		return this.#inTurn(first.home, first.camera, async () => {
			const released = this.#retention.release(pages);
			for (const key of released.packs) await packs.delete(key);
			this.#retention.confirm(released.packs);
			return released.bytes;
		});
	}

	/** Deletes all footage of a home; returns its bytes. */
	async discardHome(home: HomeId): Promise<number> {
		const { bytes } = this.#retention.releaseHome(home);
		await this.#bury();
		return bytes;
	}

	/**
	 * Compares each pack with the index: deletes those that were doomed, rebuilds from their records
	 * those that differ, and forgets pages without a pack. At the start, and now and then.
	 */
	async recover(): Promise<RecoveryReport> {
		const { packs, index } = this.#tools;
		const report = { rebuilt: 0, lostBytes: 0, missing: 0 };
		await this.#bury();
		for await (const key of packs.all()) {
			if ((await packs.size(key)) === this.#mending.indexedBytes(key)) continue;
			await this.#inTurn(key.home, key.camera, async () => {
				const size = await packs.size(key);
				// An upload was under way, or it is gone.
				if (size === null || size === this.#mending.indexedBytes(key)) return;
				report.rebuilt += 1;
				report.lostBytes += size - (await this.#mending.rebuild(key, size));
			});
		}
		for (const key of index.allPages()) {
			if ((await packs.size(key)) !== null) continue;
			await this.#inTurn(key.home, key.camera, async () => {
				if ((await packs.size(key)) !== null) return;
				index.deletePage(key);
				report.missing += 1;
			});
		}
		return report;
	}

	/** Deletes packs that the index let go. */
	async #bury(): Promise<void> {
		const { packs } = this.#tools;
		for (;;) {
			const doomed = this.#retention.doomed(BURIED_AT_ONCE);
			for (const key of doomed)
				await this.#inTurn(key.home, key.camera, async () => {
					// Written anew meanwhile: then it is doomed no more.
					if (!this.#retention.isDoomed(key)) return;
					await packs.delete(key);
					this.#retention.confirm([key]);
				});
			if (doomed.length < BURIED_AT_ONCE) return;
		}
	}

	async #put({ origin, runNo, runRecord, records }: Upload): Promise<UploadResult> {
		const kept: number[] = [];
		const refused: { seq: number; why: RecordRefusal }[] = [];
		const byMinute = new Map<number, Held[]>();
		let init: Bytes | null = null;
		const { room } = this.#tools;
		const may = room?.mayAdd(origin.home, origin.camera, records.length);
		if (may?.newer === false) {
			room?.refused(origin.home, records.length, false);
			return { kept, refused: seqsOf(records).map((seq) => ({ seq, why: 'full' })) };
		}
		const run = await this.#runAfter(origin, runNo, runRecord);
		let runId = run?.runId ?? null;
		for (const bytes of recordsOf(records)) {
			const record = parseSegmentRecord(bytes);
			const seq = record.entry?.seq ?? 0;
			const checked = await this.#check(origin, runNo, record);
			if (checked === null || (runId !== null && checked !== runId)) {
				refused.push({ seq, why: checked === null ? 'invalid' : 'conflict' });
				continue;
			}
			runId = checked;
			if (record.entry === null) init = bytes;
			else {
				const minute = minuteOf(record.entry.startUs);
				const held = byMinute.get(minute) ?? [];
				held.push({ ...record.entry, record: bytes });
				byMinute.set(minute, held);
			}
		}
		if (runId === null) return { kept, refused };
		const { home, camera } = origin;
		const older = may?.older === false ? this.#olderOf(origin, runNo, byMinute) : [];
		for (const minute of older) {
			const seqs = byMinute.get(minute) ?? [];
			refused.push(...seqs.map(({ seq }) => ({ seq, why: 'old' }) as const));
			byMinute.delete(minute);
		}
		// Nothing of a run is kept, not even its beginning, that has no room for its segments.
		if (older.length > 0 && byMinute.size === 0 && (run?.initBytes ?? 0) === 0)
			return { kept, refused };
		const pages: Omit<IndexedPage, 'change'>[] = [];
		const settle = async (seqs: readonly number[], write: () => Promise<void>): Promise<void> => {
			try {
				await write();
				kept.push(...seqs);
			} catch (error) {
				expectFault(error);
				if (error.kind !== 'quota' && error.kind !== 'conflict') throw error;
				const why = error.kind === 'quota' ? 'full' : 'conflict';
				if (why === 'full') room?.refused(home, records.length, true);
				refused.push(...seqs.map((seq) => ({ seq, why }) as const));
			}
		};
		let initBytes = run?.initBytes ?? 0;
		const record = run?.record ?? null;
		const fresh = initBytes === 0 ? init : null;
		// First, and not settled alone: a camera is not told that its run record was not taken.
		if (fresh !== null || isNewRecord(this.#tools.index.run(home, camera, runNo), record))
			initBytes = await writeRunPack(this.#tools.packs, { home, camera, runNo }, fresh, {
				...{ initBytes, record },
			});
		if (init !== null && initBytes > 0) kept.push(0);
		for (const [minute, held] of byMinute) {
			await settle(
				held.map(({ seq }) => seq),
				async () => {
					const page = await this.#write({ home, camera, runNo, minute }, held);
					if (page !== null) pages.push(page);
				},
			);
		}
		this.#tools.index.write(home, camera, { run: { runNo, runId, record, initBytes }, pages });
		if (kept.length > 0) room?.added(home, camera, records.length);
		return { kept: kept.sort((a, b) => a - b), refused };
	}

	/** Minutes of which all is older than what is kept of the camera (RS7). */
	#olderOf(
		{ home, camera }: RecordOrigin,
		runNo: number,
		byMinute: ReadonlyMap<number, readonly Held[]>,
	): number[] {
		const oldest = this.#tools.room?.oldest(home, camera) ?? null;
		if (oldest === null || runNo > oldest.runNo) return [];
		const isOlder = (held: readonly Held[]): boolean =>
			runNo < oldest.runNo || held.every(({ seq }) => seq < oldest.firstSeq);
		return [...byMinute].flatMap(([minute, held]) => (isOlder(held) ? [minute] : []));
	}

	/** The run as it will be indexed; `null`: nothing is known of it yet. */
	async #runAfter(
		{ home, camera, key }: RecordOrigin,
		runNo: number,
		signed: Bytes | null,
	): Promise<IndexedRun | null> {
		const before = this.#tools.index.run(home, camera, runNo);
		if (signed === null) return before;
		const { record, canonical, signature } = parseRunRecord(signed);
		const own = record.camera === camera && record.runNo === runNo;
		if (!own || !(await this.#tools.crypto.verify(key, signature, signedBytes('run', canonical))))
			throw new Fault('malformed', 'run record: not signed for this run');
		if (before !== null && before.runId !== record.runId)
			throw new Fault('conflict', 'another run has this number');
		const newest = newerRecord(before?.record ?? null, signed);
		return { runNo, runId: record.runId, record: newest, initBytes: before?.initBytes ?? 0 };
	}

	/** Its run id; `null`: not what it claims to be. */
	async #check(origin: RecordOrigin, runNo: number, record: SegmentRecord): Promise<string | null> {
		try {
			const head = await checkSegmentRecord(this.#tools.crypto, origin, record);
			if (record.entry && this.#tools.isRemoved?.(origin, spanOf(record.entry))) return null;
			return head.runNo === runNo ? head.runId : null;
		} catch (error) {
			expectFault(error);
			return null;
		}
	}

	/** Writes what is new of `held` and returns the page; `null`: all of it was here. */
	async #write(key: MinuteKey, held: readonly Held[]): Promise<Omit<IndexedPage, 'change'> | null> {
		const { packs, index } = this.#tools;
		const page = index.page(key);
		const entries = page === null ? [] : parseEntries(page.entries);
		const fresh: Held[] = [];
		for (const one of held.toSorted((a, b) => a.seq - b.seq)) {
			const here = entries.find(({ seq }) => seq === one.seq);
			if (here === undefined) {
				if (fresh.at(-1)?.seq !== one.seq) fresh.push(one);
			} else if (
				!equalBytes(await packs.read(key, here.place, segmentRecordBytes(here.size)), one.record)
			)
				throw new Fault('conflict', 'another segment has this number');
		}
		const [first] = fresh;
		if (first === undefined) return null;
		const last = entries.at(-1);
		if (last !== undefined && first.seq < last.seq) return this.#rewrite(key, entries, fresh);
		const at = page?.bytes ?? 0;
		await packs.append(
			key,
			at,
			fresh.map(({ record }) => record),
		);
		return pageFrom(key, [...entries, ...placed(fresh, at)]);
	}

	/** A gap is filled later than what follows it: records stand in the order of their numbers. */
	async #rewrite(
		key: MinuteKey,
		entries: readonly IndexEntry[],
		fresh: readonly Held[],
	): Promise<Omit<IndexedPage, 'change'>> {
		const { packs } = this.#tools;
		const before: Held[] = [];
		for (const entry of entries)
			before.push({
				...entry,
				record: await packs.read(key, entry.place, segmentRecordBytes(entry.size)),
			});
		const all = [...before, ...fresh].sort((a, b) => a.seq - b.seq);
		await packs.replace(
			key,
			all.map(({ record }) => record),
		);
		return pageFrom(key, placed(all, 0));
	}

	#inTurn<T>(home: HomeId, camera: CameraId, work: () => Promise<T>): Promise<T> {
		const name = `${home} ${camera}`;
		const turn = this.#writes.get(name) ?? { serial: new Serial(), waiting: 0 };
		this.#writes.set(name, turn);
		turn.waiting += 1;
		return turn.serial.run(work).finally(() => {
			turn.waiting -= 1;
			if (turn.waiting === 0) this.#writes.delete(name);
		});
	}
}
