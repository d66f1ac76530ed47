import type { OldestKept } from '#domain/footage/head.ts';
import { endUsOf, minuteOf, MINUTE_US } from '#domain/footage/index-page.ts';
import type { Segment } from '#domain/footage/segment.ts';
import type { Span } from '#domain/footage/span.ts';

/** Segments of one run that are not there: numbers include both ends. */
export interface SegmentHole extends Span {
	readonly runNo: number;
	readonly first: number;
	readonly last: number;
}

/** A place in the order in which a camera records: number of the run, number of the segment. */
export type RecordingPlace = OldestKept;

export function isBefore(one: RecordingPlace, other: RecordingPlace): boolean {
	return one.runNo < other.runNo || (one.runNo === other.runNo && one.seq < other.seq);
}

/** Numbers left out between segments of one run, which must be in ascending order. */
export function holesBetween(segments: readonly Segment[]): SegmentHole[] {
	const holes: SegmentHole[] = [];
	let before: Segment | null = null;
	for (const segment of segments) {
		if (before !== null && segment.seq > before.seq + 1) {
			const startUs = Math.min(endUsOf(before), segment.startUs);
			holes.push({
				...{ runNo: segment.runNo, first: before.seq + 1, last: segment.seq - 1 },
				...{ startUs, endUs: Math.max(segment.startUs, startUs + 1) },
			});
		}
		before = segment;
	}
	return holes;
}

/** What of a hole the camera itself still has, by its newest head; `null`: none of it. */
export function stillKept(hole: SegmentHole, oldest: OldestKept): SegmentHole | null {
	if (isBefore({ runNo: hole.runNo, seq: hole.last }, oldest)) return null;
	if (hole.runNo > oldest.runNo || hole.first >= oldest.seq) return hole;
	const gone = oldest.seq - hole.first;
	const startUs = Math.min(hole.endUs - 1, Math.round(hole.startUs + gone * stepOf(hole)));
	return { ...hole, first: oldest.seq, startUs };
}

/**
 * Whether removals account for a hole. They take the segments that they touch, so that up to a
 * segment at either end is outside of them.
 */
export function isRemoved(hole: SegmentHole, removals: readonly Span[]): boolean {
	const allowedUs = 2 * stepOf(hole);
	let atUs = hole.startUs;
	for (const { startUs, endUs } of removals.toSorted((a, b) => a.startUs - b.startUs)) {
		if (endUs <= atUs) continue;
		if (startUs - atUs > allowedUs) break;
		atUs = endUs;
	}
	return atUs > hole.startUs && hole.endUs - atUs <= allowedUs;
}

/**
 * Whether a hole begins and ends where minutes do. What was not chosen to be copied, or is still to
 * be, is whole minutes.
 */
export function isWholeMinutes(hole: SegmentHole): boolean {
	const allowedUs = 2 * stepOf(hole);
	const intoUs = (us: number): number => us - minuteOf(us) * MINUTE_US;
	return intoUs(hole.startUs) <= allowedUs && intoUs(hole.endUs) <= allowedUs;
}

/** About how long a segment of it is, µs. */
function stepOf({ startUs, endUs, first, last }: SegmentHole): number {
	return (endUs - startUs) / (last - first + 1);
}
