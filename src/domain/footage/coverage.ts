import { isKnownReason, type Hole, type Run, type RunEnd } from './run.ts';
import type { Gap, Span } from './span.ts';

/** A shorter break is no gap: about a frame between two runs, or rounding. */
export const SEAM_US = 200_000;

export interface Coverage {
	/** Sorted, disjoint, within the requested span. */
	readonly footage: Span[];
	/** Sorted; the requested span without the footage. Adjacent gaps have different reasons. */
	readonly gaps: Gap[];
}

/**
 * Footage and gaps of [fromUs, toUs), from run rows alone. Pass the run before the span too, or a
 * gap at its start is `not-started`. After a run that is still open there is no gap, because it may
 * be recording.
 */
export function coverage(runs: readonly Run[], fromUs: number, toUs: number): Coverage {
	const kept = runs.filter((run) => run.lastSeq > 0 && run.endUs > run.startUs);
	const byEnd = kept.toSorted((a, b) => a.endUs - b.endUs);
	const byAnchor = kept.toSorted((a, b) => a.anchorUs - b.anchorUs);
	const longestUs = kept.reduce((max, run) => Math.max(max, run.endUs - run.anchorUs), 0);
	const gaps: Gap[] = [];
	const explain = (startUs: number, endUs: number, last: boolean): void => {
		// A month has hundreds of runs and gaps: each gap looks only at the runs around it.
		const around = byAnchor.slice(
			below(byAnchor, ({ anchorUs }) => anchorUs < startUs - longestUs),
			below(byAnchor, ({ anchorUs }) => anchorUs <= endUs),
		);
		const before = byEnd[below(byEnd, (run) => run.endUs <= startUs) - 1];
		if (before !== undefined) around.push(before);
		gaps.push(...explained(around, startUs, endUs, last));
	};
	const footage = clipped(merged(kept.flatMap(footageOf)), fromUs, toUs);
	let atUs = fromUs;
	for (const span of footage) {
		if (span.startUs > atUs) explain(atUs, span.startUs, false);
		atUs = span.endUs;
	}
	if (toUs > atUs) explain(atUs, toUs, true);
	return { footage, gaps };
}

/** Length of the sorted list's prefix for which `low` holds. */
function below<T>(sorted: readonly T[], low: (one: T) => boolean): number {
	let from = 0;
	let to = sorted.length;
	while (from < to) {
		const middle = (from + to) >> 1;
		const one = sorted[middle];
		if (one !== undefined && low(one)) from = middle + 1;
		else to = middle;
	}
	return from;
}

/** The run without its holes. */
function footageOf(run: Run): Span[] {
	const spans: Span[] = [];
	let atUs = run.startUs;
	for (const hole of run.holes) {
		if (hole.startUs > atUs) spans.push({ startUs: atUs, endUs: hole.startUs });
		atUs = Math.max(atUs, hole.endUs);
	}
	if (run.endUs > atUs) spans.push({ startUs: atUs, endUs: run.endUs });
	return spans;
}

/** Merges spans that overlap or are separated only by a seam. */
export function merged(spans: readonly Span[]): Span[] {
	const result: Span[] = [];
	for (const span of spans.toSorted((a, b) => a.startUs - b.startUs)) {
		const last = result.at(-1);
		if (last !== undefined && span.startUs - last.endUs < SEAM_US) {
			const endUs = Math.max(last.endUs, span.endUs);
			result[result.length - 1] = { startUs: last.startUs, endUs };
		} else {
			result.push(span);
		}
	}
	return result;
}

function clipped(spans: readonly Span[], fromUs: number, toUs: number): Span[] {
	return spans
		.filter((span) => span.endUs > fromUs && span.startUs < toUs)
		.map(({ startUs, endUs }) => ({
			startUs: Math.max(startUs, fromUs),
			endUs: Math.min(endUs, toUs),
		}));
}

/** Splits a span without footage wherever the reason changes. */
function explained(runs: readonly Run[], fromUs: number, toUs: number, last: boolean): Gap[] {
	const cuts = new Set([fromUs, toUs]);
	for (const run of runs) {
		for (const us of [run.anchorUs, run.startUs, run.endUs]) cuts.add(us);
		for (const hole of run.holes) cuts.add(hole.startUs).add(hole.endUs);
	}
	const edges = [...cuts].filter((us) => us >= fromUs && us <= toUs).sort((a, b) => a - b);
	const gaps: Gap[] = [];
	for (const [index, startUs] of edges.entries()) {
		const endUs = edges[index + 1];
		if (endUs === undefined) break;
		const why = reasonAt(runs, startUs, last && endUs === toUs);
		const before = gaps.at(-1);
		if (why === null) continue;
		if (before?.why === why && before.endUs === startUs)
			gaps[gaps.length - 1] = { ...before, endUs };
		else gaps.push({ startUs, endUs, why });
	}
	return gaps;
}

/** `null`: no gap, because the newest run is still open. */
function reasonAt(runs: readonly Run[], us: number, last: boolean): Gap['why'] | null {
	for (const run of runs) {
		const hole = run.holes.find((hole) => hole.startUs <= us && us < hole.endUs);
		if (hole !== undefined) return shown(hole.why);
		// The evicted beginning of a run, when nothing else starts at its anchor.
		if (run.firstSeq > 1 && run.anchorUs <= us && us < run.startUs) return 'evicted';
	}
	const before = latestEnded(runs, us);
	if (before === null) return 'not-started';
	// An open run followed by another was never closed: the browser was interrupted.
	if (before.ended === null) return last ? null : 'interrupted';
	// A gap after a planned rotation means that the next run did not start.
	return before.ended === 'rotated' ? 'interrupted' : shown(before.ended);
}

/** ST33. */
function shown(why: RunEnd | Hole['why']): Gap['why'] {
	return isKnownReason(why) ? why : 'unknown';
}

/** The run that ended last before `us`; of several, the one recorded last. */
function latestEnded(runs: readonly Run[], us: number): Run | null {
	let latest: Run | null = null;
	for (const run of runs) {
		if (run.endUs > us) continue;
		if (latest === null || run.endUs >= latest.endUs) latest = run;
	}
	return latest;
}
