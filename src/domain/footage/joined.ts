import { coverage } from './coverage.ts';
import type { Origin, OriginSpan } from './origin.ts';
import type { Hole, Run } from './run.ts';
import type { Segment } from './segment.ts';
import { spansOverlap, type Span } from './span.ts';

/**
 * What several origins have of one camera's footage, as one: the nearest first, each in recording
 * order. Rules: docs/spec/playback.md, "Wherever it is".
 */
export function joinedRuns(all: readonly (readonly Run[])[]): Run[] {
	const joined = new Map<number, Run>();
	for (const run of all.flat()) {
		const nearer = joined.get(run.runNo);
		if (nearer === undefined) joined.set(run.runNo, run);
		else if (nearer.runId === run.runId) joined.set(run.runNo, extended(nearer, run));
	}
	return [...joined.values()].sort((a, b) => a.runNo - b.runNo);
}

/** The nearer one's word counts; what it lacks comes from the other. */
function extended(run: Run, other: Run): Run {
	if (other.lastSeq < other.firstSeq) return run;
	if (run.lastSeq < run.firstSeq) return { ...other, ended: run.ended };
	const holes = [
		...run.holes.filter((hole) => hole.why !== 'damaged' || !has(other, hole)),
		...other.holes.filter((hole) => !has(run, hole) && !run.holes.some(isSame(hole))),
		...between(run, other),
	];
	return {
		...run,
		startUs: Math.min(run.startUs, other.startUs),
		endUs: Math.max(run.endUs, other.endUs),
		firstSeq: Math.min(run.firstSeq, other.firstSeq),
		lastSeq: Math.max(run.lastSeq, other.lastSeq),
		bytes: Math.max(run.bytes, other.bytes),
		holes: holes.sort((a, b) => a.startUs - b.startUs),
	};
}

function has(run: Run, span: Span): boolean {
	const within = run.startUs <= span.startUs && run.endUs >= span.endUs;
	return within && !run.holes.some((hole) => spansOverlap(hole, span));
}

function isSame({ startUs, endUs }: Span): (hole: Hole) => boolean {
	return (hole) => hole.startUs === startUs && hole.endUs === endUs;
}

/** What neither has, because the parts that they have do not meet. */
function between(one: Run, two: Run): Hole[] {
	const [first, second] = one.firstSeq <= two.firstSeq ? [one, two] : [two, one];
	if (first.lastSeq + 1 >= second.firstSeq || first.endUs >= second.startUs) return [];
	return [{ startUs: first.endUs, endUs: second.startUs, why: 'evicted' }];
}

/** A segment that one origin has as it was recorded is not a bad one. */
export function joinedSegments(all: readonly (readonly Segment[])[]): Segment[] {
	return all.reduce<Segment[]>(
		(nearer, further) => (nearer.length === 0 ? [...further] : merged(nearer, further)),
		[],
	);
}

function merged(nearer: readonly Segment[], further: readonly Segment[]): Segment[] {
	const result: Segment[] = [];
	let at = 0;
	for (const segment of nearer) {
		for (let next = further[at]; next !== undefined; next = further[at]) {
			const order = next.runNo - segment.runNo || next.seq - segment.seq;
			if (order > 0) break;
			at += 1;
			if (order < 0) result.push(next);
			else if (segment.bad && !next.bad) {
				result.push(next);
				break;
			}
		}
		const last = result.at(-1);
		if (last?.runNo !== segment.runNo || last.seq !== segment.seq) result.push(segment);
	}
	return [...result, ...further.slice(at)];
}

/** Tells of segments elsewhere whether a person deleted them where these runs are. */
export function removedFrom(runs: readonly Run[]): (segment: Segment) => boolean {
	const removed = new Map<number, Hole[]>();
	for (const { runNo, holes } of runs) {
		const deleted = holes.filter(({ why }) => why === 'deleted');
		if (deleted.length > 0) removed.set(runNo, deleted);
	}
	return ({ runNo, startUs, durationUs }) => {
		// Neighbours may overlap by some ms.
		const middleUs = startUs + durationUs / 2;
		return (removed.get(runNo) ?? []).some(
			(hole) => hole.startUs <= middleUs && middleUs < hole.endUs,
		);
	};
}

/**
 * Whether these runs, of the device that recorded them, are all there ever was of a span: none is
 * missing by its number, and none has lost its beginning or a part of it.
 */
export function isWhole(runs: readonly Run[], fromUs: number, toUs: number): boolean {
	const kept = runs.filter(({ lastSeq }) => lastSeq > 0);
	const first = kept.findLastIndex(({ startUs }) => startUs <= fromUs);
	// After a clock that went back, a run that is gone may overlap the oldest one left.
	const oldest = first === 0 && kept[0]?.runNo !== 1 && kept[0]?.firstSeq === 1;
	if (first < 0 || oldest) return false;
	const next = kept.findIndex(({ startUs }, at) => at > first && startUs >= toUs);
	const about = kept.slice(first, next < 0 ? undefined : next + 1);
	return about.every((run, at) => {
		const before = about[at - 1];
		if (before !== undefined && (run.runNo !== before.runNo + 1 || run.firstSeq !== 1))
			return false;
		const lost = run.holes.filter(({ why }) => why === 'damaged' || why === 'evicted');
		return !lost.some((hole) => overlaps(hole, fromUs, toUs));
	});
}

function overlaps({ startUs, endUs }: Span, fromUs: number, toUs: number): boolean {
	return startUs < toUs && endUs > fromUs;
}

/** Where the footage of [fromUs, toUs) is. */
export function originSpans(
	all: readonly { readonly origin: Origin; readonly runs: readonly Run[] }[],
	fromUs: number,
	toUs: number,
): OriginSpan[] {
	const kept = all.map(({ origin, runs }) => {
		return { origin, spans: coverage(runs, fromUs, toUs).footage };
	});
	const edges = kept.flatMap(({ spans }) =>
		spans.flatMap(({ startUs, endUs }) => [startUs, endUs]),
	);
	const cuts = [...new Set(edges)].sort((a, b) => a - b);
	const result: OriginSpan[] = [];
	const at = kept.map(() => 0);
	for (const [index, startUs] of cuts.entries()) {
		const endUs = cuts[index + 1];
		if (endUs === undefined) break;
		const origins = kept.flatMap(({ origin, spans }, which) => {
			let next = at[which] ?? 0;
			while ((spans[next]?.endUs ?? Infinity) <= startUs) next += 1;
			at[which] = next;
			return (spans[next]?.startUs ?? Infinity) <= startUs ? [origin] : [];
		});
		const last = result.at(-1);
		if (origins.length === 0) continue;
		if (last?.endUs === startUs && last.origins.join() === origins.join())
			result[result.length - 1] = { ...last, endUs };
		else result.push({ startUs, endUs, origins });
	}
	return result;
}
