import type { SegmentGroup } from './playlist.ts';

/** A moment in wall time and on the playlist. */
export interface SeekPoint {
	readonly index: number;
	readonly positionUs: number;
	readonly wallUs: number;
}

/**
 * The position of a wall time; in a gap, of the next footage in wall time. Where the clock went
 * back and two runs cover it, the run recorded later wins. `null`: after all footage.
 */
export function seekPointOfWall(groups: readonly SegmentGroup[], wallUs: number): SeekPoint | null {
	let next: number | null = null;
	let nextUs = Number.POSITIVE_INFINITY;
	for (let index = groups.length - 1; index >= 0; index -= 1) {
		const { startUs = 0, durationUs = 0, positionUs = 0 } = groups[index] ?? {};
		if (startUs <= wallUs && wallUs < startUs + durationUs) {
			return { index, positionUs: positionUs + (wallUs - startUs), wallUs };
		}
		// Strictly less: of several that start at the same time, the one recorded last wins.
		if (startUs > wallUs && startUs < nextUs) [next, nextUs] = [index, startUs];
	}
	return next === null ? null : startOf(groups, next);
}

/** The frame at a position, clamped to the first and last frame. `null` without footage. */
export function seekPointAt(groups: readonly SegmentGroup[], positionUs: number): SeekPoint | null {
	let low = 0;
	let high = groups.length - 1;
	while (low < high) {
		const middle = Math.ceil((low + high) / 2);
		if ((groups[middle]?.positionUs ?? 0) <= positionUs) low = middle;
		else high = middle - 1;
	}
	const group = groups[low];
	if (group === undefined) return null;
	const insideUs = Math.min(Math.max(positionUs - group.positionUs, 0), group.durationUs - 1);
	const { startUs, positionUs: fromUs } = group;
	return { index: low, positionUs: fromUs + insideUs, wallUs: startUs + insideUs };
}

function startOf(groups: readonly SegmentGroup[], index: number): SeekPoint | null {
	const group = groups[index];
	return group === undefined
		? null
		: { index, positionUs: group.positionUs, wallUs: group.startUs };
}

/** Duration of all footage. */
export function lengthUsOf(groups: readonly SegmentGroup[]): number {
	const last = groups.at(-1);
	return last === undefined ? 0 : last.positionUs + last.durationUs;
}

/**
 * Shorter than any frame: this long before the end, the last frame is shown and playback has not
 * ended.
 */
const LAST_FRAME_US = 15_000;

export function lastSeekPoint(groups: readonly SegmentGroup[]): SeekPoint | null {
	return seekPointAt(groups, lengthUsOf(groups) - LAST_FRAME_US);
}

/** Where a skip ends: in this playlist, or this much before its start or after its end. */
export type SkipTarget =
	| { readonly kind: 'here'; readonly positionUs: number }
	| { readonly kind: 'before' | 'behind'; readonly restUs: number };

export function skipTargetOf(
	groups: readonly SegmentGroup[],
	positionUs: number,
	byUs: number,
): SkipTarget {
	const goalUs = positionUs + byUs;
	const lengthUs = lengthUsOf(groups);
	if (goalUs < 0) return { kind: 'before', restUs: goalUs };
	if (goalUs >= lengthUs) return { kind: 'behind', restUs: goalUs - lengthUs };
	return { kind: 'here', positionUs: goalUs };
}
