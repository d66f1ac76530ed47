import type { SegmentGroup } from './playlist.ts';

/** A moment, on both timelines. */
export interface SeekPoint {
	readonly index: number;
	readonly positionUs: number;
	readonly wallUs: number;
}

/**
 * Where a wall time is on the playlist; in a gap the footage that comes next in wall time. Where
 * the clock went back and two runs cover it, the one recorded later. `null` behind all footage.
 */
export function seekPointOfWall(groups: readonly SegmentGroup[], wallUs: number): SeekPoint | null {
	let next: number | null = null;
	let nextUs = Number.POSITIVE_INFINITY;
	for (let index = groups.length - 1; index >= 0; index -= 1) {
		const { startUs = 0, durationUs = 0, positionUs = 0 } = groups[index] ?? {};
		if (startUs <= wallUs && wallUs < startUs + durationUs) {
			return { index, positionUs: positionUs + (wallUs - startUs), wallUs };
		}
		// Strictly: of several that begin at once the one recorded last stays.
		if (startUs > wallUs && startUs < nextUs) [next, nextUs] = [index, startUs];
	}
	return next === null ? null : startOf(groups, next);
}

/**
 * What is on show at a position; before the first and behind the last frame, those. `null` without
 * footage.
 */
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

/** Length of all footage. */
export function lengthUsOf(groups: readonly SegmentGroup[]): number {
	const last = groups.at(-1);
	return last === undefined ? 0 : last.positionUs + last.durationUs;
}

/**
 * Shorter than any frame: so far before the end the last frame is on show, and nothing has ended.
 */
const LAST_FRAME_US = 15_000;

/** The last frame. */
export function lastSeekPoint(groups: readonly SegmentGroup[]): SeekPoint | null {
	return seekPointAt(groups, lengthUsOf(groups) - LAST_FRAME_US);
}

/** Where a leap over footage ends: here, or so much further before or behind this playlist. */
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
