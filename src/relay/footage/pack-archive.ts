import { concatBytes, equalBytes, type Bytes } from '#domain/base/bytes.ts';
import { expectFault, Fault } from '#domain/base/fault.ts';
import type { CameraId, HomeId } from '#domain/base/ids.ts';
import { Serial } from '#domain/base/serial.ts';
import { signedBytes } from '#domain/base/signed.ts';
import {
	buildEntries,
	minuteOf,
	parseEntries,
	type IndexEntry,
} from '#domain/footage/index-page.ts';
import { parseHead, type Head } from '#domain/footage/head.ts';
import { parseRunRecord } from '#domain/sync/run-record.ts';
import {
	parseSegmentRecord,
	segmentRecordBytes,
	segmentRecordLength,
	type SegmentRecord,
} from '#domain/sync/segment-record.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import { checkSegmentRecord, type RecordOrigin } from '#relay-core/segment-check.ts';
import type { FootageIndex, IndexedPage, IndexedRun } from './footage-index.ts';
import type { PackFolder, PackKey } from './pack-folder.ts';

/** Why a record was not taken. `full`: later, perhaps; the others: never as it is. */
export type RecordRefusal = 'invalid' | 'conflict' | 'full';

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

/** What `recover` found after a crash. */
export interface RecoveryReport {
	/** Packs whose index was rebuilt from their records. */
	readonly rebuilt: number;
	/** Bytes of torn or damaged records that no longer count. */
	readonly lostBytes: number;
	/** Pages whose pack is gone: the camera is asked for them again. */
	readonly missing: number;
}

type PageKey = PackKey & { readonly minute: number };
type Held = IndexEntry & { readonly record: Bytes };

export interface PackArchiveTools {
	readonly packs: PackFolder;
	readonly index: FootageIndex;
	readonly crypto: Pick<Crypto, 'sha256' | 'verify'>;
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

	constructor(tools: PackArchiveTools) {
		this.#tools = tools;
	}

	/** Throws `malformed` for bytes that are no records, and `unavailable`. */
	put(upload: Upload): Promise<UploadResult> {
		const { home, camera } = upload.origin;
		return this.#inTurn(home, camera, () => this.#put(upload));
	}

	/**
	 * Records of a run, `first` to `last`, as far as they are here and fit into `maxBytes`; at least
	 * one if any is here. Throws `corrupt` for a pack that is not as the index says.
	 */
	async read(
		run: Pick<PackKey, 'home' | 'camera' | 'runNo'>,
		[first, last]: readonly [number, number],
		maxBytes: number,
	): Promise<Bytes> {
		const { packs, index } = this.#tools;
		const parts: Bytes[] = [];
		let length = 0;
		if (first === 0) {
			const { initBytes = 0 } = index.run(run.home, run.camera, run.runNo) ?? {};
			if (initBytes > 0) parts.push(await packs.read({ ...run, minute: null }, 0, initBytes));
			length = initBytes;
		}
		for (const page of index.pagesOfRun(run.home, run.camera, run.runNo, first, last)) {
			const wanted = parseEntries(page.entries).filter(({ seq }) => first <= seq && seq <= last);
			const fitting = wanted.filter(({ size }) => {
				const fits = length === 0 || length + segmentRecordBytes(size) <= maxBytes;
				length += fits ? segmentRecordBytes(size) : maxBytes;
				return fits;
			});
			if (fitting.length > 0)
				parts.push(await this.#block({ ...run, minute: page.minute }, fitting));
			if (fitting.length < wanted.length) break;
		}
		return parts.length === 1 && parts[0] ? parts[0] : concatBytes(...parts);
	}

	/** Records one behind the other, by one read. Throws `corrupt` unless they are the entries'. */
	async #block(key: PageKey, entries: readonly IndexEntry[]): Promise<Bytes> {
		const from = entries[0]?.place ?? 0;
		const length = entries.reduce((sum, { size }) => sum + segmentRecordBytes(size), 0);
		const bytes = await this.#tools.packs.read(key, from, length);
		for (const entry of entries) {
			const at = entry.place - from;
			const record = bytes.subarray(at, at + segmentRecordBytes(entry.size));
			if (parseSegmentRecord(record).entry?.seq !== entry.seq)
				throw new Fault('corrupt', 'pack is not as its index says');
		}
		return bytes;
	}

	/**
	 * Call it once, at the start: compares each pack with the index, rebuilds what differs from the
	 * records that are whole, and forgets pages without a pack.
	 */
	async recover(): Promise<RecoveryReport> {
		const { packs, index } = this.#tools;
		const report = { rebuilt: 0, lostBytes: 0, missing: 0 };
		for await (const key of packs.all()) {
			const { minute } = key;
			const size = (await packs.size(key)) ?? 0;
			const indexed =
				minute === null
					? index.run(key.home, key.camera, key.runNo)?.initBytes
					: index.page({ ...key, minute })?.bytes;
			if (indexed === size) continue;
			report.rebuilt += 1;
			const whole = await (minute === null
				? this.#rebuildRun(key, size)
				: this.#rebuild({ ...key, minute }, size));
			report.lostBytes += size - whole;
		}
		for (const key of index.allPages()) {
			if ((await packs.size(key)) !== null) continue;
			index.deletePage(key);
			report.missing += 1;
		}
		return report;
	}

	async #put({ origin, runNo, runRecord, records }: Upload): Promise<UploadResult> {
		const kept: number[] = [];
		const refused: { seq: number; why: RecordRefusal }[] = [];
		const byMinute = new Map<number, Held[]>();
		let init: Bytes | null = null;
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
		const pages: Omit<IndexedPage, 'change'>[] = [];
		const settle = async (seqs: readonly number[], write: () => Promise<void>): Promise<void> => {
			try {
				await write();
				kept.push(...seqs);
			} catch (error) {
				expectFault(error);
				if (error.kind !== 'quota' && error.kind !== 'conflict') throw error;
				const why = error.kind === 'quota' ? 'full' : 'conflict';
				refused.push(...seqs.map((seq) => ({ seq, why }) as const));
			}
		};
		let initBytes = run?.initBytes ?? 0;
		if (init !== null && initBytes > 0) kept.push(0);
		else if (init !== null) {
			const bytes = init;
			await settle([0], async () => {
				await this.#tools.packs.append({ home, camera, runNo, minute: null }, 0, [bytes]);
				initBytes = bytes.length;
			});
		}
		for (const [minute, held] of byMinute) {
			await settle(
				held.map(({ seq }) => seq),
				async () => {
					const page = await this.#write({ home, camera, runNo, minute }, held);
					if (page !== null) pages.push(page);
				},
			);
		}
		const record = run?.record ?? null;
		this.#tools.index.write(home, camera, { run: { runNo, runId, record, initBytes }, pages });
		return { kept: kept.sort((a, b) => a - b), refused };
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
		const newest =
			before?.record && parseRunRecord(before.record).record.wallMs >= record.wallMs
				? before.record
				: signed;
		return { runNo, runId: record.runId, record: newest, initBytes: before?.initBytes ?? 0 };
	}

	/** Its run id; `null`: not what it claims to be. */
	async #check(origin: RecordOrigin, runNo: number, record: SegmentRecord): Promise<string | null> {
		try {
			const head = await checkSegmentRecord(this.#tools.crypto, origin, record);
			return head.runNo === runNo ? head.runId : null;
		} catch (error) {
			expectFault(error);
			return null;
		}
	}

	/** Writes what is new of `held` and returns the page; `null`: all of it was here. */
	async #write(key: PageKey, held: readonly Held[]): Promise<Omit<IndexedPage, 'change'> | null> {
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
		key: PageKey,
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

	/** Indexes the init section of a run; returns how many bytes count. */
	async #rebuildRun(key: PackKey, size: number): Promise<number> {
		const { packs, index } = this.#tools;
		const [record] = wholeRecordsOf(await packs.read(key, 0, size));
		const head = record === undefined ? null : await this.#headOf(record);
		if (record === undefined || head?.seq !== 0) {
			await packs.delete(key);
			return 0;
		}
		const before = index.run(key.home, key.camera, key.runNo);
		const initBytes = record.length;
		const run = { runNo: key.runNo, runId: head.runId, record: before?.record ?? null, initBytes };
		index.write(key.home, key.camera, { run });
		return initBytes;
	}

	/** `null`: its bytes are not those that it was written with. */
	async #headOf(record: Bytes): Promise<Head | null> {
		const { head, bytes } = parseSegmentRecord(record);
		const parsed = parseHead(head).head;
		const hash = await this.#tools.crypto.sha256(bytes);
		return equalBytes(hash, parsed.segmentHash) ? parsed : null;
	}

	/** Indexes the whole records of a pack; returns how many bytes count. */
	async #rebuild(key: PageKey, size: number): Promise<number> {
		const { packs, index } = this.#tools;
		const bytes = await packs.read(key, 0, size);
		const whole: Held[] = [];
		for (const record of wholeRecordsOf(bytes)) {
			const { entry } = parseSegmentRecord(record);
			if (entry === null || (await this.#headOf(record)) === null) break;
			if (entry.seq <= (whole.at(-1)?.seq ?? 0)) break;
			whole.push({ ...entry, record });
		}
		if (whole.length === 0) {
			index.deletePage(key);
			await packs.delete(key);
			return 0;
		}
		const page = pageFrom(key, placed(whole, 0));
		index.write(key.home, key.camera, { pages: [page] });
		return page.bytes;
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

function placed(held: readonly Held[], from: number): IndexEntry[] {
	let place = from;
	return held.map(({ record, ...entry }) => {
		const here = { ...entry, place };
		place += record.length;
		return here;
	});
}

function pageFrom(key: PageKey, entries: readonly IndexEntry[]): Omit<IndexedPage, 'change'> {
	const [first, last] = [entries[0], entries.at(-1)];
	return {
		...{ runNo: key.runNo, minute: key.minute, entries: buildEntries(entries) },
		bytes: last === undefined ? 0 : last.place + segmentRecordBytes(last.size),
		...{ firstSeq: first?.seq ?? 0, lastSeq: last?.seq ?? 0 },
	};
}

/** Throws `malformed` unless whole records stand one behind the other. */
function* recordsOf(bytes: Bytes): Generator<Bytes> {
	for (let at = 0; at < bytes.length;) {
		const length = segmentRecordLength(bytes, at);
		if (length === null || at + length > bytes.length)
			throw new Fault('malformed', 'upload ends inside a record');
		yield bytes.subarray(at, at + length);
		at += length;
	}
}

/** The records of a pack up to the first that is torn or not a record. */
function* wholeRecordsOf(bytes: Bytes): Generator<Bytes> {
	try {
		for (const record of recordsOf(bytes)) {
			parseSegmentRecord(record);
			yield record;
		}
	} catch (error) {
		expectFault(error);
	}
}
