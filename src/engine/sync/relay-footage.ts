import { equalBytes, type Bytes } from '#domain/base/bytes.ts';
import { expectFault, Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { Listeners } from '#domain/base/listeners.ts';
import { signedBytes } from '#domain/base/signed.ts';
import { parseHead } from '#domain/footage/head.ts';
import {
	endUsOf,
	minuteOf,
	MINUTE_US,
	parseEntries,
	segmentOf,
} from '#domain/footage/index-page.ts';
import { holedRun } from '#domain/footage/run-change.ts';
import type { Run } from '#domain/footage/run.ts';
import type { Segment, SegmentKey, StoredBytes } from '#domain/footage/segment.ts';
import { parseRunRecord } from '#domain/sync/run-record.ts';
import { parseSegmentRecord, segmentRecordLength } from '#domain/sync/segment-record.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Footage } from '#ports/footage/footage.ts';
import type { FootageReader, ReadableRun } from '#ports/footage/footage-archive.ts';
import type { Crypto, VerifyKey } from '#ports/keys/crypto.ts';

/** Segments a request; a player reads them one after the other. */
const GROUP = 5;
/** Groups that are kept until they are read. */
const MAX_GROUPS = 4;
const DAY_MINUTES = 1440;
const MAX_MINUTES = 32 * DAY_MINUTES;
const LAST_MINUTE = Math.floor(Number.MAX_SAFE_INTEGER / MINUTE_US);
const POLL_MS = 5_000;

export interface RelayFootageTools {
	readonly reader: Pick<FootageReader, 'cameras' | 'runs' | 'pages' | 'records'>;
	readonly crypto: Pick<Crypto, 'sha256' | 'verify'>;
	readonly clock: Pick<Clock, 'every'>;
	/** Of the device of a camera, present or past. Throws `not-found`. */
	readonly signerOf: (camera: CameraId) => Promise<VerifyKey>;
	/** How often it looks for new footage while somebody watches. */
	readonly pollMs?: number;
}

interface Group extends Pick<SegmentKey, 'camera' | 'runNo'> {
	readonly first: number;
	readonly last: number;
	readonly records: Promise<ReadonlyMap<number, StoredBytes>>;
}

/**
 * Footage in an archive (SY37). What the archive says of runs counts only as its camera signed it;
 * of segments it checks that they are the ones asked for and have the hash of their head, and
 * `Opener` the rest, as for footage that is here.
 */
export class RelayFootage implements Footage {
	readonly #tools: RelayFootageTools;
	/** Found damaged or missing, with their spans. */
	readonly #damaged = new Map<string, Segment>();
	readonly #listeners = new Listeners();
	#groups: Group[] = [];
	#change: number | null = null;
	#stopPolling: (() => void) | null = null;
	#watchers = 0;

	constructor(tools: RelayFootageTools) {
		this.#tools = tools;
	}

	async cameras(): Promise<CameraId[]> {
		const { cameras } = await this.#tools.reader.cameras();
		return cameras.filter(({ bytes }) => bytes > 0).map(({ camera }) => camera);
	}

	async runs(camera: CameraId, fromUs = 0, toUs = Number.MAX_SAFE_INTEGER): Promise<Run[]> {
		const [from, to] = [minuteOf(Math.max(0, fromUs)) - 1, minuteOf(Math.max(1, toUs) - 1)];
		const { reader } = this.#tools;
		const found = await reader.runs(camera, Math.max(0, from), Math.min(to, LAST_MINUTE));
		const runs: Run[] = [];
		for (const one of found) {
			const run = await this.#run(camera, one);
			if (run !== null && run.startUs < toUs && run.endUs > fromUs) runs.push(run);
		}
		return runs.sort((a, b) => a.runNo - b.runNo);
	}

	async between(camera: CameraId, fromUs: number, toUs: number): Promise<Segment[]> {
		if (toUs <= fromUs) return [];
		const all = await this.#segments(camera, minuteOf(fromUs), minuteOf(toUs - 1));
		return all.filter(
			({ startUs, durationUs }) => startUs < toUs && endUsOf({ startUs, durationUs }) > fromUs,
		);
	}

	async firstAt(camera: CameraId, us: number): Promise<Segment | null> {
		const here = await this.#good(camera, minuteOf(us), minuteOf(us));
		const shown = here.findLast((one) => one.startUs <= us && endUsOf(one) > us);
		if (shown !== undefined) return shown;
		let first: Segment | null = null;
		const runs = (await this.runs(camera)).filter(({ endUs }) => endUs > us);
		for (const run of runs.sort((a, b) => a.startUs - b.startUs)) {
			if (first !== null && run.startUs > first.startUs) break;
			const from = minuteOf(Math.max(us, run.startUs));
			const ahead = await this.#good(camera, from, minuteOf(run.endUs));
			for (const segment of ahead)
				if (segment.startUs >= us && (first === null || segment.startUs <= first.startUs))
					first = segment;
		}
		return first;
	}

	async read({ camera, runNo, seq }: SegmentKey): Promise<StoredBytes | null> {
		const group =
			this.#groups.find(
				({ first, last, ...of }) =>
					of.camera === camera && of.runNo === runNo && seq >= first && seq <= last,
			) ?? this.#ask(camera, runNo, seq);
		const stored = (await group.records).get(seq) ?? null;
		// It may come later.
		if (stored === null) this.#drop(group);
		return stored;
	}

	async damaged({ camera, runNo, seq, startUs }: SegmentKey): Promise<boolean> {
		const minute = minuteOf(startUs);
		const all = await this.#segments(camera, minute, minute);
		const found = all.find((one) => one.runNo === runNo && one.seq === seq);
		if (found === undefined || found.bad) return false;
		this.#damaged.set(nameOf(found), found);
		this.#listeners.notify();
		return true;
	}

	watch(changed: () => void): () => void {
		const { clock, pollMs = POLL_MS } = this.#tools;
		const remove = this.#listeners.add(changed);
		this.#watchers += 1;
		this.#stopPolling ??= clock.every(pollMs, () => void this.#poll());
		let stopped = false;
		return () => {
			if (stopped) return;
			stopped = true;
			remove();
			this.#watchers -= 1;
			if (this.#watchers > 0) return;
			this.#stopPolling?.();
			this.#stopPolling = null;
		};
	}

	/** The first look counts as a change: something may have come just before it. */
	async #poll(): Promise<void> {
		try {
			const { change } = await this.#tools.reader.cameras();
			if (change === this.#change) return;
			this.#change = change;
			this.#listeners.notify();
		} catch (error) {
			expectFault(error);
		}
	}

	#ask(camera: CameraId, runNo: number, first: number): Group {
		const last = first === 0 ? 0 : first + GROUP - 1;
		const records = this.#tools.reader
			.records(camera, runNo, first, last)
			.then((bytes) => this.#stored(camera, runNo, bytes));
		const group = { camera, runNo, first, last, records };
		this.#groups = [...this.#groups.slice(1 - MAX_GROUPS), group];
		records.catch(() => this.#drop(group));
		return group;
	}

	#drop(group: Group): void {
		this.#groups = this.#groups.filter((one) => one !== group);
	}

	/** What is asked for of an answer, by number; whatever else it holds is passed over. */
	async #stored(
		camera: CameraId,
		runNo: number,
		bytes: Bytes,
	): Promise<ReadonlyMap<number, StoredBytes>> {
		const stored = new Map<number, StoredBytes>();
		for (let at = 0; at < bytes.length;) {
			const length = segmentRecordLength(bytes, at);
			if (length === null || at + length > bytes.length) throw notAsSigned();
			const record = parseSegmentRecord(bytes.subarray(at, at + length));
			at += length;
			const { head } = parseHead(record.head);
			const same = head.camera === camera && head.runNo === runNo;
			const hash = await this.#tools.crypto.sha256(record.bytes);
			if (!same || head.seq !== (record.entry?.seq ?? 0) || !equalBytes(hash, head.segmentHash))
				throw notAsSigned();
			stored.set(head.seq, { bytes: record.bytes, head: record.head });
		}
		return stored;
	}

	/** `null`: its camera did not sign it. */
	async #run(camera: CameraId, { record: signed, ...kept }: ReadableRun): Promise<Run | null> {
		if (signed === null) return null;
		try {
			const { record, canonical, signature } = parseRunRecord(signed);
			const { crypto, signerOf } = this.#tools;
			const signer = await signerOf(camera);
			if (record.camera !== camera || record.runNo !== kept.runNo) return null;
			if (!(await crypto.verify(signer, signature, signedBytes('run', canonical)))) return null;
			const { runId, epoch, mime, anchorUs, ended } = record;
			const run: Run = { camera, runId, epoch, mime, anchorUs, ...kept, holes: [], ended };
			return this.#holesIn(run).reduce(holedRun<Run>, run);
		} catch (error) {
			expectFault(error);
			return null;
		}
	}

	#holesIn({ camera, runNo }: Run) {
		const own = [...this.#damaged.values()].filter(
			(one) => one.camera === camera && one.runNo === runNo,
		);
		return own.map((one) => {
			return { startUs: one.startUs, endUs: endUsOf(one), why: 'damaged' as const };
		});
	}

	/** In recording order, of pages that may hold segments touching these minutes (ST7). */
	async #segments(camera: CameraId, from: number, to: number): Promise<Segment[]> {
		const segments: Segment[] = [];
		// However far an archive says that a run goes.
		const end = Math.min(to + 1, from + MAX_MINUTES);
		for (let first = Math.max(0, from - 1); first <= end; first += DAY_MINUTES) {
			const last = Math.min(end, first + DAY_MINUTES - 1);
			for (const { runNo, entries } of await this.#tools.reader.pages(camera, first, last))
				for (const entry of parseEntries(entries)) {
					const segment = segmentOf(camera, runNo, entry);
					segments.push(this.#damaged.has(nameOf(segment)) ? { ...segment, bad: true } : segment);
				}
		}
		return segments.sort((a, b) => a.runNo - b.runNo || a.seq - b.seq);
	}

	async #good(camera: CameraId, from: number, to: number): Promise<Segment[]> {
		return (await this.#segments(camera, from, to)).filter(({ bad }) => !bad);
	}
}

function nameOf({ camera, runNo, seq }: Segment): string {
	return `${camera} ${String(runNo)} ${String(seq)}`;
}

function notAsSigned(): Fault {
	return new Fault('corrupt', 'the archive sent something else than what was signed');
}
