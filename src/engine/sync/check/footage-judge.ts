import type { OldestKept } from '#domain/footage/head.ts';
import { endUsOf, minuteOf, MINUTE_US } from '#domain/footage/index-page.ts';
import type { Origin } from '#domain/footage/origin.ts';
import type { Segment } from '#domain/footage/segment.ts';
import type { Span } from '#domain/footage/span.ts';
import type { FootageProblemKind } from '#domain/sync/footage-problem.ts';
import {
	holesBetween,
	isBefore,
	isRemoved,
	isWholeMinutes,
	stillKept,
	type RecordingPlace,
	type SegmentHole,
} from '#domain/sync/footage-check.ts';
import type { HeadPin } from '#domain/sync/head-pin.ts';
import type { RunRecord } from '#domain/sync/run-record.ts';
import type { UploadChoice } from '#domain/sync/upload-choice.ts';
import type { ReadableRun } from '#ports/footage/footage-archive.ts';
import type { FindingSource, Suspicion } from './footage-findings.ts';

const SECOND_US = 1_000_000;

/** A run as the archive tells of it; its record is signed by its camera. */
export interface KnownRun extends ReadableRun {
	readonly signed: RunRecord;
}

/** What a camera says of its copy, in its `state`. */
export interface CopyStatus {
	readonly choice: UploadChoice | null;
	/** The newest segment that the archive acknowledged; `null`: it does not say. */
	readonly upTo: RecordingPlace | null;
	/** It is done, but for the last seconds; `null`: it does not say. */
	readonly done: boolean | null;
	/** Up to when it saved footage, ms; `null`: not known. */
	readonly savedMs: number | null;
}

/** What decides whether something that is not there is a problem. */
export interface Excuses {
	/** By the newest head; `null`: none was seen. */
	readonly oldest: () => Promise<OldestKept | null>;
	/** Spans that persons removed who may. */
	readonly removals: () => Promise<readonly Span[]>;
	readonly copy: CopyStatus | null;
	/** Which other origins have what the camera kept. */
	readonly origins: readonly Origin[];
}

/** What of a hole nobody accounts for; `null`: none of it. */
export async function unexcused(
	kind: 'missing' | 'withheld',
	source: FindingSource,
	hole: SegmentHole & { readonly left?: boolean },
	excuses: Excuses,
): Promise<Suspicion | null> {
	const { copy, origins } = excuses;
	// It is still to come.
	if (copy?.done === false) return null;
	if (copy?.choice === 'nothing') return null;
	if (copy?.choice === 'events' && isWholeMinutes(hole)) return null;
	if (isRemoved(hole, await excuses.removals())) return null;
	const oldest = await excuses.oldest();
	const kept = oldest === null ? hole : stillKept(hole, oldest);
	return kept && { ...kept, kind, source, origins, left: hole.left === true };
}

/**
 * Beginnings and ends of runs that are not there. `oldestRunNo`: of all that the archive tells of;
 * `null`: not known.
 */
export async function judgeRuns(
	runs: readonly KnownRun[],
	oldestRunNo: number | null,
	excuses: Excuses,
): Promise<Suspicion[]> {
	const found: (Suspicion | null)[] = [];
	const shown = runs.filter(({ lastSeq }) => lastSeq > 0);
	for (const [at, run] of shown.entries()) {
		const { runNo, firstSeq, lastSeq, startUs, endUs, signed } = run;
		if (firstSeq > 1) {
			const before = { runNo, first: 1, last: firstSeq - 1, startUs: signed.anchorUs };
			const hole = { ...before, endUs: Math.max(startUs, signed.anchorUs + 1) };
			const left = runNo === oldestRunNo;
			found.push(await unexcused('missing', 'runs', { ...hole, left }, excuses));
		}
		if (signed.lastSeq > lastSeq) {
			const first = lastSeq + 1;
			const aboutUs = endUs + (signed.lastSeq - lastSeq) * stepOf(run);
			const nextUs = shown[at + 1]?.signed.anchorUs ?? Infinity;
			const until = Math.max(endUs + 1, Math.min(aboutUs, nextUs));
			const hole = { runNo, first, last: signed.lastSeq, startUs: endUs, endUs: until };
			found.push(await unexcused('withheld', 'runs', hole, excuses));
		}
	}
	return found.filter((one) => one !== null);
}

/** An archive that ends before what was seen there, or before what it acknowledged (SY47, SY48). */
export async function judgeNewest(
	runs: readonly KnownRun[],
	pin: HeadPin | null,
	excuses: Excuses,
): Promise<Suspicion[]> {
	const found: Suspicion[] = [];
	const newest = newestOf(runs);
	const { copy, origins } = excuses;
	const fromUs = newest?.endUs ?? null;
	const tell = async (kind: FootageProblemKind, span: Span, numbers: Numbers) => {
		// However many there are in between: a removal takes what it touches.
		const step = Math.max(1, pin === null ? SECOND_US : pin.endUs - pin.startUs);
		const count = Math.max(1, Math.round((span.endUs - span.startUs) / step));
		if (
			isRemoved({ ...span, runNo: numbers.runNo, first: 1, last: count }, await excuses.removals())
		)
			return;
		found.push({ ...span, ...numbers, kind, source: 'newest', origins, left: false });
	};
	if (pin !== null && isAhead(pin, newest)) {
		const numbers = sameRun(pin, newest) ?? { runNo: pin.runNo, first: 0, last: 0 };
		await tell('old', spanTo(pin.endUs, fromUs ?? pin.startUs), numbers);
	}
	const { record } = pin ?? { record: null };
	const same = runs.find(({ runNo }) => runNo === record?.runNo);
	if (record !== null && same !== undefined && same.signed.wallMs < record.wallMs) {
		const numbers = { runNo: record.runNo, first: 0, last: 0 };
		await tell('old', spanTo(record.wallMs * 1000, same.signed.wallMs * 1000), numbers);
	}
	if (copy?.upTo && isAhead(copy.upTo, newest)) {
		const { runNo, seq } = copy.upTo;
		const untilUs = (copy.savedMs ?? 0) * 1000;
		const span = spanTo(untilUs, fromUs ?? untilUs - MINUTE_US);
		await tell('withheld', span, sameRun(copy.upTo, newest) ?? { runNo, first: 1, last: seq });
	}
	return found;
}

/** Numbers left out in a window of pages, and at its ends, if the run begins or ends in it. */
export function holesInWindow(
	segments: readonly Segment[],
	run: KnownRun | null,
	window: { readonly from: number; readonly to: number },
): SegmentHole[] {
	const holes = holesBetween(segments);
	const [first, last] = [segments[0], segments.at(-1)];
	if (run === null || first === undefined || last === undefined) return holes;
	const { runNo } = run;
	if (minuteOf(run.startUs) >= window.from && first.seq > run.firstSeq) {
		const hole = { runNo, first: run.firstSeq, last: first.seq - 1 };
		holes.push({ ...hole, ...spanTo(first.startUs, run.startUs) });
	}
	if (minuteOf(run.endUs) <= window.to && last.seq < run.lastSeq) {
		const hole = { runNo, first: last.seq + 1, last: run.lastSeq };
		holes.push({ ...hole, ...spanTo(run.endUs, endUsOf(last)) });
	}
	return holes;
}

export function newestOf<T extends ReadableRun>(runs: readonly T[]): T | null {
	return runs.reduce<T | null>(
		(newest, run) =>
			run.lastSeq > 0 && (newest === null || run.runNo > newest.runNo) ? run : newest,
		null,
	);
}

type Numbers = Pick<SegmentHole, 'runNo' | 'first' | 'last'>;

/** What comes after the newest, up to a place in the same run; `null`: that is in another run. */
function sameRun({ runNo, seq }: RecordingPlace, newest: ReadableRun | null): Numbers | null {
	return newest?.runNo === runNo ? { runNo, first: newest.lastSeq + 1, last: seq } : null;
}

function isAhead(place: RecordingPlace, newest: ReadableRun | null): boolean {
	return newest === null || isBefore({ runNo: newest.runNo, seq: newest.lastSeq }, place);
}

/** At least a microsecond. */
function spanTo(endUs: number, startUs: number): Span {
	const from = Math.max(0, Math.min(startUs, endUs));
	return { startUs: from, endUs: Math.max(endUs, from + 1) };
}

/** About how long a segment of it is, µs. */
function stepOf({ startUs, endUs, firstSeq, lastSeq }: ReadableRun): number {
	return Math.max(1, (endUs - startUs) / (lastSeq - firstSeq + 1));
}
