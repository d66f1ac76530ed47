import { equalBytes } from '#domain/base/bytes.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { MINUTE_US, minuteOf } from '#domain/footage/index-page.ts';
import type { Segment } from '#domain/footage/segment.ts';
import type { SeqRange } from '#domain/sync/seq-ranges.ts';
import { parseSegmentRecord } from '#domain/sync/segment-record.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Footage } from '#ports/footage/footage.ts';
import type { FootageArchive } from '#ports/footage/footage-archive.ts';
import type { ArchivedSegments, RunMinute } from './archived-segments.ts';

const FIRST_MS = 5 * 60_000;
const EVERY_MS = 60 * 60_000;
/** After a bad answer: whether it has it, once it was sent again. */
const AGAIN_MS = 60_000;
const TRIES = 5;
/** What others missed (SY49): so many at once, and how long until the next of them. */
const TOLD_AT_ONCE = 4;
const TOLD_MS = 5_000;
/** Minutes that others missed: more are not remembered. */
const MAX_TOLD = 256;

export interface SpotCheckTools {
	readonly footage: Pick<Footage, 'between' | 'read'>;
	readonly archive: Pick<FootageArchive, 'read'>;
	readonly clock: Pick<Clock, 'monotonicMs'>;
	/** 0 to below 1. */
	readonly random: () => number;
}

/** A segment that the archive had acknowledged. `other`: it returned other bytes. */
export interface LostSegment {
	readonly segment: Segment;
	readonly how: 'gone' | 'other';
}

/**
 * SY24: once an hour a segment that the archive acknowledged is read back and compared with the one
 * here. After a bad answer the same one is read again, until it is there.
 */
export class SpotCheck {
	readonly #tools: SpotCheckTools;
	readonly #camera: CameraId;
	readonly #archived: ArchivedSegments;
	#dueMs: number;
	#bad: Segment | null = null;
	/** The archive said itself that they are gone. */
	#lost: readonly RunMinute[] = [];
	/** What others missed there: a segment of each minute. */
	#told: readonly (RunMinute & { readonly seq: number })[] = [];
	#toldMs = -Infinity;

	constructor(tools: SpotCheckTools, camera: CameraId, archived: ArchivedSegments) {
		this.#tools = tools;
		this.#camera = camera;
		this.#archived = archived;
		this.#dueMs = tools.clock.monotonicMs() + FIRST_MS;
	}

	get due(): boolean {
		return this.#tools.clock.monotonicMs() >= this.#dueMs || this.#isTold;
	}

	/** Others miss these there: what it should have of them is read back soon. */
	tell(runNo: number, seqs: readonly SeqRange[]): void {
		const told = [...this.#told];
		for (const [first, last] of seqs)
			for (const { runNo: of, minute, seqs: there } of this.#archived.pages()) {
				if (of !== runNo || there[0] > last || there[1] < first) continue;
				if (told.some((one) => one.runNo === runNo && one.minute === minute)) continue;
				told.push({ runNo, minute, seq: Math.max(first, there[0]) });
			}
		this.#told = told.slice(0, MAX_TOLD);
	}

	/** What is not there as it is here. Throws as `FootageArchive` does. */
	async run(): Promise<readonly LostSegment[]> {
		const isRegular = this.#tools.clock.monotonicMs() >= this.#dueMs;
		const lost: LostSegment[] = [];
		if (this.#isTold) {
			this.#toldMs = this.#tools.clock.monotonicMs();
			const now = this.#told.slice(0, TOLD_AT_ONCE);
			this.#told = this.#told.slice(TOLD_AT_ONCE);
			for (const { runNo, minute, seq } of now) {
				const segment = await this.#find(runNo, minute, seq);
				const found = segment === null ? null : await this.#compare(segment);
				if (found !== null) lost.push(found);
			}
		}
		if (isRegular) {
			const found = await this.#runRegular();
			if (found !== null) lost.push(found);
		}
		const last = lost.at(-1);
		if (last !== undefined) {
			this.#bad = last.segment;
			this.#dueMs = this.#tools.clock.monotonicMs() + AGAIN_MS;
		}
		return lost;
	}

	get #isTold(): boolean {
		const nowMs = this.#tools.clock.monotonicMs();
		return this.#told.length > 0 && nowMs - this.#toldMs >= TOLD_MS;
	}

	async #runRegular(): Promise<LostSegment | null> {
		const nowMs = this.#tools.clock.monotonicMs();
		// Also when it fails: it must not be asked again and again.
		this.#dueMs = nowMs + (this.bad ? AGAIN_MS : EVERY_MS);
		const segment = this.#bad ?? (await this.#any());
		const { runNo, seq, startUs } = segment ?? { runNo: 0, seq: 0, startUs: 0 };
		// It is still to be sent again.
		if (segment === null || !this.#archived.has(runNo, minuteOf(startUs), seq)) return null;
		const found = await this.#compare(segment);
		this.#bad = found?.segment ?? null;
		this.#dueMs = nowMs + (this.bad ? AGAIN_MS : EVERY_MS);
		return found;
	}

	/** `null`: it is there as it is here, or not here any more. */
	async #compare(segment: Segment): Promise<LostSegment | null> {
		const { footage, archive } = this.#tools;
		const own = await footage.read(segment);
		if (own === null) return null;
		const record = await archive.read(this.#camera, segment.runNo, segment.seq);
		if (record !== null && isRecordOf(record, own)) return null;
		return { segment, how: record === null ? 'gone' : 'other' };
	}

	/** If it is here, and should be there. */
	async #find(runNo: number, minute: number, seq: number): Promise<Segment | null> {
		if (!this.#archived.has(runNo, minute, seq)) return null;
		const here = await this.#in(minute);
		return here.find((one) => one.runNo === runNo && one.seq === seq && !one.bad) ?? null;
	}

	#in(minute: number): Promise<Segment[]> {
		const { footage } = this.#tools;
		return footage.between(this.#camera, minute * MINUTE_US, (minute + 1) * MINUTE_US);
	}

	/** Something was not there, and has not been seen again since. */
	get bad(): boolean {
		return this.#bad !== null || this.#lost.length > 0;
	}

	/** What the archive says itself that it lost: looked after until it is there again. */
	noteLost(pages: readonly RunMinute[]): void {
		const there = new Set(this.#archived.pages().map(nameOf));
		this.#lost = [...this.#lost, ...pages].filter((page) => !there.has(nameOf(page)));
		if (pages.length > 0) this.#dueMs = this.#tools.clock.monotonicMs() + AGAIN_MS;
	}

	/** One that is here, too; `null`: a few guesses found none. */
	async #any(): Promise<Segment | null> {
		const pages = this.#archived.pages();
		for (let tries = 0; tries < TRIES; tries += 1) {
			const page = this.#pick(pages);
			if (page === null) return null;
			const { runNo, minute } = page;
			const both = (await this.#in(minute)).filter(
				(one) =>
					one.runNo === runNo &&
					!one.bad &&
					minuteOf(one.startUs) === minute &&
					this.#archived.has(runNo, minute, one.seq),
			);
			const segment = this.#pick(both);
			if (segment !== null) return segment;
		}
		return null;
	}

	#pick<T>(from: readonly T[]): T | null {
		return from[Math.floor(this.#tools.random() * from.length)] ?? null;
	}
}

function nameOf({ runNo, minute }: RunMinute): string {
	return `${String(runNo)} ${String(minute)}`;
}

function isRecordOf(
	record: Uint8Array<ArrayBuffer>,
	own: { readonly bytes: Uint8Array; readonly head: Uint8Array },
): boolean {
	try {
		const { bytes, head } = parseSegmentRecord(record);
		return equalBytes(bytes, own.bytes) && equalBytes(head, own.head);
	} catch (error) {
		expectFault(error);
		return false;
	}
}
