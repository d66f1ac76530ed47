import { equalBytes, type Bytes } from '#domain/base/bytes.ts';
import { expectFault, Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { Listeners } from '#domain/base/listeners.ts';
import { remember } from '#domain/base/remember.ts';
import { signedBytes } from '#domain/base/signed.ts';
import { parseHead, type Head } from '#domain/footage/head.ts';
import { endUsOf, minuteOf } from '#domain/footage/index-page.ts';
import { holedRun } from '#domain/footage/run-change.ts';
import type { Run } from '#domain/footage/run.ts';
import type { Segment, SegmentKey, StoredBytes } from '#domain/footage/segment.ts';
import { parseRunRecord } from '#domain/sync/run-record.ts';
import { parseSegmentRecord, segmentRecordLength } from '#domain/sync/segment-record.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Footage } from '#ports/footage/footage.ts';
import type { FootageReader, ReadableRun } from '#ports/footage/footage-archive.ts';
import type { Crypto, VerifyKey } from '#ports/keys/crypto.ts';
import { ArchiveIndex, LAST_MINUTE, type Minutes } from './archive-index.ts';

/** What a player asks for first after a seek. */
const FIRST_GROUP = 5;
/** What it asks for while it goes on: the cost of a request counts for little then (PB34). */
const GROUP_BYTES = 2_500_000;
const MAX_GROUP = 64;
/** Groups that are kept until they are read. */
const MAX_GROUPS = 4;
/** Minutes in which a search begins to look for the next segment; the next look is longer. */
const FIRST_LOOK = 2;
const MAX_MINUTES = 32 * 1440;
/** Segments and runs of which something is remembered. */
const MAX_NOTED = 4096;
const POLL_MS = 5_000;
/** While the archive tells of changes by itself; and what it does not tell is found then. */
const SLOW_POLL_MS = 60_000;

export interface RelayFootageTools {
	readonly reader: Pick<FootageReader, 'cameras' | 'runs' | 'pages' | 'records'>;
	readonly crypto: Pick<Crypto, 'sha256' | 'verify'>;
	readonly clock: Pick<Clock, 'every' | 'monotonicMs'>;
	/** Of the device of a camera, present or past. Throws `not-found`. */
	readonly signerOf: (camera: CameraId) => Promise<VerifyKey>;
	/** How often it looks for new footage while somebody watches. */
	readonly pollMs?: number;
	/**
	 * Tells what changed there, as it happens. Returns an unsubscribe function; `null`: it does not.
	 */
	readonly follow?: (changed: (camera: CameraId, minutes: Minutes) => void) => FollowedChanges;
}

export interface FollowedChanges {
	/** Whether changes are told at the moment. */
	readonly isTold: () => boolean;
	readonly stop: () => void;
}

interface Group extends Pick<SegmentKey, 'camera' | 'runNo'> {
	readonly first: number;
	readonly last: number;
	readonly answer: Promise<GroupAnswer>;
}

interface GroupAnswer {
	readonly stored: ReadonlyMap<number, StoredBytes>;
	/** Everything in it was as it was signed. */
	readonly whole: boolean;
}

/**
 * Footage in an archive (SY37). What the archive says of runs counts only as its camera signed it;
 * of segments it checks that they are the ones asked for and have the hash of their head, and
 * `Opener` the rest, as for footage that is here.
 */
export class RelayFootage implements Footage {
	readonly #tools: RelayFootageTools;
	readonly #index: ArchiveIndex;
	/** Found damaged or missing, with their spans. */
	readonly #damaged = new Map<string, Segment>();
	/** Run records whose signature is good. */
	readonly #signed = new Map<string, Bytes>();
	/** Bytes of a segment, on the average of its run. */
	readonly #sizes = new Map<string, number>();
	readonly #listeners = new Listeners();
	#groups: Group[] = [];
	#change: number | null = null;
	#stopWatching: (() => void) | null = null;
	#watchers = 0;
	/** When everything was asked for anew. */
	#wholeMs = -Infinity;

	constructor(tools: RelayFootageTools) {
		this.#tools = tools;
		this.#index = new ArchiveIndex(tools.reader);
	}

	async cameras(): Promise<CameraId[]> {
		const { cameras } = await this.#tools.reader.cameras();
		return cameras.filter(({ bytes }) => bytes > 0).map(({ camera }) => camera);
	}

	async runs(camera: CameraId, fromUs = 0, toUs = Number.MAX_SAFE_INTEGER): Promise<Run[]> {
		const runs: Run[] = [];
		for (const one of await this.#index.runs(camera)) {
			if (one.startUs >= toUs || one.endUs <= fromUs) continue;
			const run = await this.#run(camera, one);
			if (run !== null) runs.push(run);
		}
		return runs;
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
			// However far an archive says that a run goes.
			const end = Math.min(minuteOf(run.endUs), from + MAX_MINUTES);
			for (let [at, look] = [from, FIRST_LOOK]; at <= end; at += look, look *= 4) {
				const ahead = await this.#good(camera, at, Math.min(end, at + look - 1));
				const [found] = ahead
					.filter((one) => one.startUs >= us)
					.sort((a, b) => a.startUs - b.startUs || b.runNo - a.runNo);
				if (found === undefined) continue;
				if (first === null || found.startUs <= first.startUs) first = found;
				break;
			}
		}
		return first;
	}

	async read({ camera, runNo, seq, startUs }: SegmentKey): Promise<StoredBytes | null> {
		const group = this.#groupOf(camera, runNo, seq) ?? this.#ask(camera, runNo, seq);
		const { stored, whole } = await group.answer;
		const found = stored.get(seq);
		if (found !== undefined) return found;
		// It may come later, or was beyond what one answer may have.
		this.#drop(group);
		if (!whole) throw notAsSigned();
		return group.first === seq ? null : this.read({ camera, runNo, seq, startUs });
	}

	async damaged({ camera, runNo, seq, startUs }: SegmentKey): Promise<boolean> {
		const minute = minuteOf(startUs);
		const all = await this.#segments(camera, minute, minute);
		const found = all.find((one) => one.runNo === runNo && one.seq === seq);
		if (found === undefined || found.bad) return false;
		remember(this.#damaged, nameOf(found), found, MAX_NOTED);
		this.#listeners.notify();
		return true;
	}

	watch(changed: () => void): () => void {
		const remove = this.#listeners.add(changed);
		this.#watchers += 1;
		this.#stopWatching ??= this.#beginWatching();
		let stopped = false;
		return () => {
			if (stopped) return;
			stopped = true;
			remove();
			this.#watchers -= 1;
			if (this.#watchers > 0) return;
			this.#stopWatching?.();
			this.#stopWatching = null;
		};
	}

	#beginWatching(): () => void {
		const { clock, follow, pollMs = POLL_MS } = this.#tools;
		this.#index.remembers = true;
		const followed = follow?.((camera, minutes) => {
			this.#index.forget(camera, minutes);
			this.#listeners.notify();
		});
		let polledMs = clock.monotonicMs();
		const stopPolling = clock.every(pollMs, () => {
			const nowMs = clock.monotonicMs();
			if (followed?.isTold() === true && nowMs - polledMs < SLOW_POLL_MS) return;
			polledMs = nowMs;
			void this.#poll();
		});
		return () => {
			stopPolling();
			followed?.stop();
			this.#index.remembers = false;
			this.#index.forget();
			this.#change = null;
		};
	}

	/** The first look counts as a change: something may have come just before it. */
	async #poll(): Promise<void> {
		try {
			const { change } = await this.#tools.reader.cameras();
			if (change === this.#change) return;
			this.#change = change;
			// What is new is at the end; what was sent later, or deleted, is found a little later.
			const nowMs = this.#tools.clock.monotonicMs();
			const { newestMinute } = this.#index;
			const whole = nowMs - this.#wholeMs >= SLOW_POLL_MS || newestMinute === null;
			if (whole) this.#wholeMs = nowMs;
			this.#index.forget(undefined, {
				from: whole ? 0 : newestMinute - 1,
				to: LAST_MINUTE,
			});
			this.#listeners.notify();
		} catch (error) {
			expectFault(error);
		}
	}

	#groupOf(camera: CameraId, runNo: number, seq: number): Group | undefined {
		return this.#groups.find(
			({ first, last, ...of }) =>
				of.camera === camera && of.runNo === runNo && seq >= first && seq <= last,
		);
	}

	#ask(camera: CameraId, runNo: number, first: number): Group {
		const last = first + this.#countFrom(camera, runNo, first) - 1;
		const answer = this.#tools.reader
			.records(camera, runNo, first, last)
			.then((bytes) => this.#stored(camera, runNo, bytes));
		const group = { camera, runNo, first, last, answer };
		this.#groups = [...this.#groups.slice(1 - MAX_GROUPS), group];
		answer.catch(() => this.#drop(group));
		return group;
	}

	/** Little after a seek, much where the groups before went on to here. */
	#countFrom(camera: CameraId, runNo: number, first: number): number {
		if (first === 0) return 1;
		const goesOn = first > 1 && this.#groupOf(camera, runNo, first - 1) !== undefined;
		const size = this.#sizes.get(`${camera} ${String(runNo)}`) ?? GROUP_BYTES / FIRST_GROUP;
		const many = Math.floor(GROUP_BYTES / Math.max(1, size));
		return goesOn ? Math.min(MAX_GROUP, Math.max(FIRST_GROUP, many)) : FIRST_GROUP;
	}

	#drop(group: Group): void {
		this.#groups = this.#groups.filter((one) => one !== group);
	}

	/** What is as it was signed; one that is not hides no other. */
	async #stored(camera: CameraId, runNo: number, bytes: Bytes): Promise<GroupAnswer> {
		const stored = new Map<number, StoredBytes>();
		let whole = true;
		for (let at = 0; at < bytes.length;) {
			const length = lengthAt(bytes, at);
			if (length === null) return { stored, whole: false };
			const record = await this.#checked(bytes.subarray(at, at + length));
			at += length;
			if (record?.head.camera !== camera || record.head.runNo !== runNo) whole = false;
			else stored.set(record.head.seq, record.stored);
		}
		return { stored, whole };
	}

	/** `null`: its bytes are not those of its head. */
	async #checked(
		bytes: Bytes,
	): Promise<{ readonly head: Head; readonly stored: StoredBytes } | null> {
		const { crypto } = this.#tools;
		try {
			const record = parseSegmentRecord(bytes);
			const { head } = parseHead(record.head);
			const hash = await crypto.sha256(record.bytes);
			if (head.seq !== (record.entry?.seq ?? 0) || !equalBytes(hash, head.segmentHash)) return null;
			return { head, stored: { bytes: record.bytes, head: record.head } };
		} catch (error) {
			expectFault(error);
			return null;
		}
	}

	/** `null`: its camera did not sign it. */
	async #run(camera: CameraId, { record: signed, ...kept }: ReadableRun): Promise<Run | null> {
		if (signed === null) return null;
		try {
			const { record, canonical, signature } = parseRunRecord(signed);
			if (record.camera !== camera || record.runNo !== kept.runNo) return null;
			const name = `${camera} ${String(kept.runNo)}`;
			const known = this.#signed.get(name);
			if (known === undefined || !equalBytes(known, signed)) {
				const { crypto, signerOf } = this.#tools;
				const signer = await signerOf(camera);
				if (!(await crypto.verify(signer, signature, signedBytes('run', canonical)))) return null;
				remember(this.#signed, name, signed, MAX_NOTED);
			}
			remember(
				this.#sizes,
				name,
				kept.bytes / Math.max(1, kept.lastSeq - kept.firstSeq + 1),
				MAX_NOTED,
			);
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
		const minutes = { from: Math.max(0, from - 1), to: to + 1 };
		const segments = await this.#index.segments(camera, minutes);
		if (this.#damaged.size === 0) return segments;
		return segments.map((one) => (this.#damaged.has(nameOf(one)) ? { ...one, bad: true } : one));
	}

	async #good(camera: CameraId, from: number, to: number): Promise<Segment[]> {
		return (await this.#segments(camera, from, to)).filter(({ bad }) => !bad);
	}
}

function nameOf({ camera, runNo, seq }: Segment): string {
	return `${camera} ${String(runNo)} ${String(seq)}`;
}

/** `null`: it is cut off, or no length at all. */
function lengthAt(bytes: Bytes, at: number): number | null {
	try {
		const length = segmentRecordLength(bytes, at);
		return length === null || at + length > bytes.length ? null : length;
	} catch (error) {
		expectFault(error);
		return null;
	}
}

function notAsSigned(): Fault {
	return new Fault('corrupt', 'the archive sent something else than what was signed');
}
