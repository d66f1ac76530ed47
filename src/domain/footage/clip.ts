import { SEAM_US } from './coverage.ts';
import { endUsOf } from './index-page.ts';
import { groupsOf } from './playlist.ts';
import type { Segment } from './segment.ts';
import type { Span } from './span.ts';

/** A segment of a clip, and the number of its contiguous piece. */
export interface ClipSegment {
	readonly segment: Segment;
	readonly piece: number;
}

/** The part of a span that a clip contains. Wall times in µs. Rules: docs/spec/clips.md. */
export interface ClipSelection extends Span {
	readonly segments: readonly ClipSegment[];
	/** How often time is missing between pieces; a seamless change of run is no gap. */
	readonly gaps: number;
	/** Duration of the footage. */
	readonly lengthUs: number;
	/** Sealed bytes; the clip will be about as large. */
	readonly bytes: number;
	readonly sound: boolean;
	/** In recording order, without duplicates. */
	readonly runNos: readonly number[];
}

/**
 * Starts at the first key frame in the span, because an earlier one would need hidden frames in the
 * file (CL2). `null`: the span has no key frame. `segments`: in recording order.
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
