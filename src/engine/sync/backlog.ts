import type { CameraId } from '#domain/base/ids.ts';
import { MINUTE_US, minuteOf } from '#domain/footage/index-page.ts';
import type { Run } from '#domain/footage/run.ts';
import type { Segment } from '#domain/footage/segment.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Footage } from '#ports/footage/footage.ts';
import type { ArchivedSegments, RunMinute } from './archived-segments.ts';
import type { RefusedSegments } from './refused-segments.ts';

const BATCH_SEGMENTS = 64;
/** A run that ended while the page closed may lack its last record; older ones do not. */
const ENDED_RUNS = 8;

/** What goes in one request: segments of one minute of a run, or its record or beginning alone. */
export interface Batch {
	readonly run: Run;
	readonly minute: number;
	readonly segments: readonly Segment[];
}

export interface Found {
	/** What to send next; `null`: nothing, or all of it is under way. */
	readonly batch: Batch | null;
	/** Minutes with footage that are wanted and not all there, before the last two. */
	readonly minutesLeft: number;
	/** About what they weigh. */
	readonly bytesLeft: number;
	/** What is being recorded now. */
	readonly bytesPerMs: number;
	/** The oldest minute that is wanted and not all there. */
	readonly oldestLeft: number | null;
}

export interface BacklogTools {
	readonly footage: Pick<Footage, 'runs' | 'between'>;
	readonly clock: Pick<Clock, 'wallMs'>;
	/** Minutes that go before the rest, most urgent first. */
	readonly urgent: (camera: CameraId) => Promise<readonly number[]>;
	readonly wanted: (minute: number) => boolean;
}

/**
 * What of a camera is here, wanted, and not there (SY10). Order: the minute of now, urgent ones,
 * then newest to oldest.
 */
export class Backlog {
	readonly #tools: BacklogTools;
	readonly #camera: CameraId;
	readonly #archived: ArchivedSegments;
	readonly #refused: Pick<RefusedSegments, 'has'>;
	/** Minutes and runs known to be there, so that none is read again and again. */
	readonly #complete = new Set<string>();
	readonly #completeRuns = new Set<number>();
	readonly #underWay = new Set<string>();
	readonly #refusedRecords = new Set<number>();
	/** The archive has no room for this minute and those before it. */
	#noRoomFor = -Infinity;

	constructor(
		tools: BacklogTools,
		camera: CameraId,
		archived: ArchivedSegments,
		refused: Pick<RefusedSegments, 'has'>,
	) {
		this.#tools = tools;
		this.#camera = camera;
		this.#archived = archived;
		this.#refused = refused;
	}

	/** The most urgent batch, and how much is left in all. */
	async next(bytes: number): Promise<Found> {
		const { footage, clock, urgent } = this.#tools;
		const runs = await footage.runs(this.#camera);
		const now = minuteOf(clock.wallMs() * 1000);
		let batch: Batch | null = null;
		for (const minute of [now, now - 1, ...(await urgent(this.#camera))])
			batch ??= await this.#batchOf(runs, minute, bytes);
		let minutesLeft = 0;
		let bytesLeft = 0;
		let oldestLeft: number | null = null;
		for (const run of runs.toReversed()) {
			if (this.#completeRuns.has(run.runNo)) continue;
			const share = (run.bytes * MINUTE_US) / Math.max(MINUTE_US, run.endUs - run.startUs);
			let left = 0;
			for (const minute of minutesOf(run).toReversed()) {
				if (this.#isDone(run, minute)) continue;
				left += 1;
				if (!this.#isWanted(minute)) continue;
				oldestLeft = Math.min(oldestLeft ?? minute, minute);
				if (minute < now - 1) {
					minutesLeft += 1;
					bytesLeft += share;
				}
				batch ??= await this.#batchOf([run], minute, bytes);
			}
			if (left === 0 && run.ended !== null) this.#completeRuns.add(run.runNo);
		}
		batch ??= this.#recordOnly(runs) ?? this.#initOnly(runs);
		const open = runs.filter(({ ended, endUs }) => ended === null && minuteOf(endUs) >= now - 1);
		const bytesPerMs = open.reduce((sum, run) => sum + rateOf(run), 0);
		return { batch, minutesLeft, bytesLeft, bytesPerMs, oldestLeft };
	}

	/** For that minute and those before it there is no room; `null`: try again. */
	setNoRoomFor(minute: number | null): void {
		this.#noRoomFor = minute ?? -Infinity;
	}

	/** It is being sent, until the result is called. */
	begin({ run, minute, segments }: Batch): () => void {
		const keys =
			segments.length === 0
				? [keyOf(run.runNo, 'record')]
				: segments.map(({ seq }) => keyOf(run.runNo, minute, seq));
		for (const key of keys) this.#underWay.add(key);
		return () => {
			for (const key of keys) this.#underWay.delete(key);
		};
	}

	/** End of the newest footage that is there, µs; `null`: nothing is. */
	async archivedToUs(): Promise<number | null> {
		const newest = this.#archived
			.pages()
			.reduce<{ runNo: number; minute: number } | null>(
				(last, page) =>
					last === null ||
					page.runNo > last.runNo ||
					(page.runNo === last.runNo && page.minute > last.minute)
						? page
						: last,
				null,
			);
		if (newest === null) return null;
		const { runNo, minute } = newest;
		const here = await this.#tools.footage.between(this.#camera, ...boundsOf(minute));
		const ends = here
			.filter((one) => one.runNo === runNo && this.#archived.has(runNo, minute, one.seq))
			.map(({ startUs, durationUs }) => startUs + durationUs);
		// What is not here any more is known by its minute only.
		return ends.length === 0 ? minute * MINUTE_US : Math.max(...ends);
	}

	/** The archive will not take the record of that run. */
	setRecordRefused({ runNo }: Run): void {
		this.#refusedRecords.add(runNo);
	}

	/** It is another archive. */
	forget(): void {
		this.#refusedRecords.clear();
		this.#complete.clear();
		this.#completeRuns.clear();
	}

	/** The archive does not have the minute of that segment, although it said so. */
	forgetMinute({ runNo, startUs }: Segment): void {
		const minute = minuteOf(startUs);
		this.#archived.forgetPage(runNo, minute);
		this.lookAgainAt({ runNo, minute });
	}

	/** The archive has less of it than it had. */
	lookAgainAt({ runNo, minute }: RunMinute): void {
		this.#complete.delete(keyOf(runNo, minute));
		this.#completeRuns.delete(runNo);
	}

	#isWanted(minute: number): boolean {
		return minute > this.#noRoomFor && this.#tools.wanted(minute);
	}

	#isDone(run: Run, minute: number): boolean {
		const key = keyOf(run.runNo, minute);
		if (this.#complete.has(key)) return true;
		if (!this.#archived.isWhole(run, minute)) return false;
		if (isOver(run, minute)) this.#complete.add(key);
		return true;
	}

	/** The first segments of a minute that are not there; `null`: all are, or are under way. */
	async #batchOf(runs: readonly Run[], minute: number, bytes: number): Promise<Batch | null> {
		const [fromUs, toUs] = boundsOf(minute);
		if (!this.#isWanted(minute)) return null;
		const here = runs.filter((run) => run.startUs < toUs && run.endUs > fromUs);
		for (const run of here) {
			const { runNo } = run;
			if (this.#isDone(run, minute)) continue;
			const all = await this.#tools.footage.between(this.#camera, fromUs, toUs);
			const own = all.filter(
				(one) => one.runNo === runNo && minuteOf(one.startUs) === minute && !one.bad,
			);
			const missing = own.filter(
				({ seq }) =>
					!this.#archived.isSettled(runNo, minute, seq) && !this.#refused.has(runNo, seq),
			);
			const free = missing.filter(({ seq }) => !this.#underWay.has(keyOf(runNo, minute, seq)));
			if (free.length > 0) return { run, minute, segments: fitting(free, bytes) };
			if (missing.length === 0 && isOver(run, minute)) this.#complete.add(keyOf(runNo, minute));
		}
		return null;
	}

	/** An init section that the archive lost. */
	#initOnly(runs: readonly Run[]): Batch | null {
		for (const run of runs) {
			const { runNo, endUs } = run;
			if (!this.#archived.lacksInit(runNo) || this.#refused.has(runNo, 0)) continue;
			if (this.#underWay.has(keyOf(runNo, 'record'))) continue;
			return { run, minute: minuteOf(endUs), segments: [] };
		}
		return null;
	}

	/** Its end is known to the archive by its record alone. */
	#recordOnly(runs: readonly Run[]): Batch | null {
		for (const run of runs.slice(-ENDED_RUNS)) {
			const { runNo, ended, endUs } = run;
			if (ended === null || !this.#archived.hasAnyOf(runNo)) continue;
			if (this.#archived.runRecord(runNo)?.ended === ended) continue;
			if (this.#refusedRecords.has(runNo) || this.#underWay.has(keyOf(runNo, 'record'))) continue;
			return { run, minute: minuteOf(endUs), segments: [] };
		}
		return null;
	}
}

function keyOf(...parts: readonly (number | string)[]): string {
	return parts.join(' ');
}

function boundsOf(minute: number): readonly [number, number] {
	return [minute * MINUTE_US, (minute + 1) * MINUTE_US];
}

/** Nothing is added to that minute any more. */
function isOver({ ended, endUs }: Run, minute: number): boolean {
	return ended !== null || minuteOf(endUs) > minute;
}

/** Oldest first. */
function minutesOf({ startUs, endUs }: Run): readonly number[] {
	const [first, last] = [minuteOf(startUs), minuteOf(Math.max(startUs, endUs - 1))];
	return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

function rateOf({ bytes, startUs, endUs }: Run): number {
	return endUs > startUs ? (bytes * 1000) / (endUs - startUs) : 0;
}

function fitting(segments: readonly Segment[], most: number): readonly Segment[] {
	let bytes = 0;
	const fits: Segment[] = [];
	for (const segment of segments.slice(0, BATCH_SEGMENTS - 1)) {
		bytes += segment.size;
		if (fits.length > 0 && bytes > most) break;
		fits.push(segment);
	}
	return fits;
}
