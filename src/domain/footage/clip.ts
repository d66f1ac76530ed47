import { SEAM_US } from './coverage.ts';
import { endUsOf } from './index-page.ts';
import { groupsOf } from './playlist.ts';
import type { Segment } from './segment.ts';
import type { Span } from './span.ts';

/** A segment of a clip, and which of its unbroken pieces it belongs to. */
export interface ClipSegment {
	readonly segment: Segment;
	readonly piece: number;
}

/** What of a span becomes a clip. Wall times, microseconds. Rules: docs/spec/clips.md. */
export interface ClipSelection extends Span {
	readonly segments: readonly ClipSegment[];
	/**
	 * How often time is missing between two pieces: a new recorder that took over at once is no gap.
	 */
	readonly gaps: number;
	/** Of footage. */
	readonly lengthUs: number;
	/** Sealed bytes: the clip has about as many. */
	readonly bytes: number;
	readonly sound: boolean;
	/** In order of recording, each once. */
	readonly runNos: readonly number[];
}

/**
 * From the first key frame at or behind the start: what lies before it could not be left out
 * without showing what is hidden. `null`: there is none in the span. `segments`: in recording
 * order.
 */
export function selectClip(
	segments: readonly Segment[],
	{ startUs, endUs }: Span,
): ClipSelection | null {
	const within = segments.filter((one) => one.startUs >= startUs && one.startUs < endUs);
	const chosen = groupsOf(within).flatMap(({ segments: group, piece }) =>
		group.map((segment) => ({ segment, piece })),
	);
	const [first] = chosen;
	if (first === undefined) return null;
	const all = chosen.map(({ segment }) => segment);
	const lengthUs = all.reduce((sum, one) => sum + Math.min(one.durationUs, endUs - one.startUs), 0);
	return {
		startUs: Math.min(...all.map((one) => one.startUs)),
		endUs: Math.min(endUs, Math.max(...all.map(endUsOf))),
		segments: chosen,
		gaps: all.filter((one, n) => missingBefore(one, all[n - 1])).length,
		lengthUs,
		bytes: all.reduce((sum, { size }) => sum + size, 0),
		sound: all.some(({ sound }) => sound),
		runNos: [...new Set(all.map(({ runNo }) => runNo))],
	};
}

function missingBefore(one: Segment, before: Segment | undefined): boolean {
	return before !== undefined && one.startUs - endUsOf(before) > SEAM_US;
}
