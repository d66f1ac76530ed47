import { endUsOf, type Entry } from './index-page.ts';
import type { Hole, Run, RunStart } from './run.ts';

/**
 * What writing and deleting do to a run row: the arithmetic that every store shares.
 * Rules: docs/spec/store.md and docs/spec/retention.md.
 */

/** A run with nothing but its init section. */
export function begunRun(start: RunStart, initPlace: number, initSize: number): Run {
	const { anchorUs } = start;
	const empty = { startUs: anchorUs, endUs: anchorUs, firstSeq: 1, lastSeq: 0 };
	return { ...start, ...empty, bytes: initSize, initPlace, holes: [], ended: null };
}

export function grownRun<R extends Run>(run: R, entry: Entry): R {
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

/** `next`: the oldest entry that stays; `gone`: sealed bytes of the entries that left in front of it. */
export function shortenedRun<R extends Run>(run: R, next: Entry, gone: number): R {
	const { startUs } = next;
	const holes = run.holes
		.filter((hole) => hole.endUs > startUs)
		.map((hole) => ({ ...hole, startUs: Math.max(hole.startUs, startUs) }));
	return { ...run, startUs, firstSeq: next.seq, bytes: Math.max(0, run.bytes - gone), holes };
}

export function holedRun<R extends Run>(run: R, hole: Hole): R {
	return hole.endUs <= hole.startUs ? run : { ...run, holes: withHole(run.holes, hole) };
}

/** Sorted by start; holes of one reason that touch or overlap become one. */
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

/** The holes without the part of the deleted ones that came back. */
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
