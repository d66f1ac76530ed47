import { equalBytes } from '#domain/base/bytes.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { MINUTE_US, minuteOf } from '#domain/footage/index-page.ts';
import type { Segment } from '#domain/footage/segment.ts';
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

	constructor(tools: SpotCheckTools, camera: CameraId, archived: ArchivedSegments) {
		this.#tools = tools;
		this.#camera = camera;
		this.#archived = archived;
		this.#dueMs = tools.clock.monotonicMs() + FIRST_MS;
	}

	get due(): boolean {
		return this.#tools.clock.monotonicMs() >= this.#dueMs;
	}

	/** `null`: all is well, as far as was seen. Throws as `FootageArchive` does. */
	async run(): Promise<LostSegment | null> {
		const nowMs = this.#tools.clock.monotonicMs();
		// Also when it fails: it must not be asked again and again.
		this.#dueMs = nowMs + (this.bad ? AGAIN_MS : EVERY_MS);
		const segment = this.#bad ?? (await this.#any());
		const { runNo, seq, startUs } = segment ?? { runNo: 0, seq: 0, startUs: 0 };
		const minute = minuteOf(startUs);
		// It is still to be sent again.
		if (segment === null || !this.#archived.has(runNo, minute, seq)) return null;
		const own = await this.#tools.footage.read(segment);
		if (own === null) this.#bad = null;
		if (own === null) return null;
		const record = await this.#tools.archive.read(this.#camera, runNo, seq);
		const same = record !== null && isRecordOf(record, own);
		this.#bad = same ? null : segment;
		this.#dueMs = nowMs + (this.bad ? AGAIN_MS : EVERY_MS);
		return same ? null : { segment, how: record === null ? 'gone' : 'other' };
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
			const [fromUs, toUs] = [minute * MINUTE_US, (minute + 1) * MINUTE_US];
			const here = await this.#tools.footage.between(this.#camera, fromUs, toUs);
			const both = here.filter(
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
