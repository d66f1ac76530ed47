import { endUsOf, type IndexEntry } from './index-page.ts';
import type { Hole, Run, RunStart } from './run.ts';

/**
 * How writing and deleting change a run row; shared by all stores. Rules: docs/spec/store.md and
 * docs/spec/retention.md.
 */

/** A run with only its init section. */
export function begunRun(start: RunStart, initSize: number): Run {
	const { anchorUs } = start;
	const empty = { startUs: anchorUs, endUs: anchorUs, firstSeq: 1, lastSeq: 0 };
	return { ...start, ...empty, bytes: initSize, holes: [], ended: null };
}

export function grownRun<R extends Run>(run: R, entry: IndexEntry): R {
	const first = run.lastSeq < run.firstSeq;
	return {
		...run,
		startUs: first ? entry.startUs : run.startUs,
		endUs: first ? endUsOf(entry) : Math.max(run.endUs, endUsOf(entry)),
		firstSeq: first ? entry.seq : run.firstSeq,
		lastSeq: entry.seq,
		bytes: run.bytes + entry.size,
	};
}

/** `next`: the oldest entry that stays; `gone`: sealed bytes of the entries deleted before it. */
export function shortenedRun<R extends Run>(run: R, next: IndexEntry, gone: number): R {
	const { startUs } = next;
	const holes = run.holes
		.filter((hole) => hole.endUs > startUs)
		.map((hole) => ({ ...hole, startUs: Math.max(hole.startUs, startUs) }));
	return { ...run, startUs, firstSeq: next.seq, bytes: Math.max(0, run.bytes - gone), holes };
}

export function holedRun<R extends Run>(run: R, hole: Hole): R {
	return hole.endUs <= hole.startUs ? run : { ...run, holes: withHole(run.holes, hole) };
}

/** Sorted by start; holes with the same reason that touch or overlap are merged. */
export function withHole(holes: readonly Hole[], hole: Hole): Hole[] {
	let { startUs, endUs } = hole;
	const apart: Hole[] = [];
	for (const other of holes) {
		if (other.why === hole.why && other.startUs <= endUs && other.endUs >= startUs) {
			startUs = Math.min(startUs, other.startUs);
			endUs = Math.max(endUs, other.endUs);
		} else {
			apart.push(other);
		}
	}
	return [...apart, { startUs, endUs, why: hole.why }].sort((a, b) => a.startUs - b.startUs);
}

/** Holes without the part of a deletion that was restored. */
export function withoutHole(
	holes: readonly Hole[],
	{ startUs, endUs }: { readonly startUs: number; readonly endUs: number },
): readonly Hole[] {
	return holes.flatMap((hole) => {
		if (hole.why !== 'deleted' || hole.endUs <= startUs || hole.startUs >= endUs) return [hole];
		const before = { ...hole, endUs: startUs };
		const behind = { ...hole, startUs: endUs };
		return [before, behind].filter((left) => left.endUs > left.startUs);
	});
}

/** A shorter pause is a hiccup. */
const PAUSE_US = 1_000_000;
/**
 * A segment this long has enough frames to tell the frame rate; a shorter one may be a single
 * frame.
 */
const RATE_US = 500_000;
/** Segments on either side of a pause that tell their usual distance. */
const AROUND = 20;

/** RC30: pauses between consecutive segments. `from`: index of the first entry to check. */
export function stallsIn(entries: readonly IndexEntry[], from = 1): Hole[] {
	const holes: Hole[] = [];
	for (let at = Math.max(1, from); at < entries.length; at += 1) {
		const [before, entry] = [entries[at - 1], entries[at]];
		if (before === undefined || entry?.seq !== before.seq + 1) continue;
		const [startUs, endUs] = [endUsOf(before), entry.startUs];
		const pauseUs = endUs - startUs;
		if (pauseUs <= PAUSE_US) continue;
		// A lens with one frame in four seconds pauses all the time; those are no holes.
		const slow = before.durationUs < RATE_US && pauseUs <= usualUs(entries, at);
		if (!slow) holes.push({ startUs, endUs, why: 'stalled' });
	}
	return holes;
}

/** The median distance between the starts of nearby segments. */
function usualUs(entries: readonly IndexEntry[], at: number): number {
	const near = entries.slice(Math.max(0, at - AROUND), at + AROUND);
	const apart = near.slice(1).map(({ startUs }, before) => startUs - (near[before]?.startUs ?? 0));
	return apart.sort((a, b) => a - b)[apart.length >> 1] ?? 0;
}

/**
 * The run with its newest segment appended, and the pause before it as a hole. `before`: the
 * preceding entries.
 */
export function appendedRun<R extends Run>(
	run: R,
	before: readonly IndexEntry[],
	entry: IndexEntry,
): R {
	const near = [...before.slice(-AROUND), entry];
	return stallsIn(near, near.length - 1).reduce<R>(holedRun, grownRun(run, entry));
}

/** Whether the entry may follow a stall, so that `appendedRun` needs the entries before it. */
export function mayStall(run: Run, { startUs }: Pick<IndexEntry, 'startUs'>): boolean {
	return run.lastSeq >= run.firstSeq && startUs - run.endUs > PAUSE_US;
}
