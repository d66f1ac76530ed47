import type { CameraId } from '#domain/base/ids.ts';
import { endUsOf, type IndexEntry } from '#domain/footage/index-page.ts';
import type { Run } from '#domain/footage/run.ts';

/** What can be wrong in a store, and how it is repaired. Rules: docs/spec/check.md. */
export const STORE_FINDING_KINDS = [
	/** A run row that contradicts its pages: rebuilt. */
	'run-row',
	/** A segment without bytes: marked bad. */
	'no-bytes',
	/** A segment that does not match its signed head: marked bad. */
	'not-signed',
	/** Bytes that nothing references: deleted. */
	'unnamed',
] as const;
export type StoreFindingKind = (typeof STORE_FINDING_KINDS)[number];

export interface StoreFinding {
	readonly kind: StoreFindingKind;
	readonly camera: CameraId | null;
	readonly runNo: number;
	/** 0 for the run row, and for the init section. */
	readonly seq: number;
	/** 0 if the finding is not about bytes. */
	readonly place: number;
	readonly bytes: number;
}

type Judged = Pick<Run, 'firstSeq' | 'lastSeq' | 'startUs' | 'endUs' | 'bytes' | 'holes'> & {
	readonly initSize: number;
};

/** CK1, CK2. `entries`: of all its pages, in order. */
export function isConsistent(run: Judged, entries: readonly IndexEntry[]): boolean {
	const sizes = entries.reduce((sum, { size }) => sum + size, 0);
	if (run.bytes !== run.initSize + sizes) return false;
	const named = (startUs: number, endUs: number) =>
		run.holes.some((hole) => hole.startUs <= startUs && hole.endUs >= endUs);
	let seq = run.firstSeq;
	let atUs = run.startUs;
	let startUs = -Infinity;
	let place = -1;
	for (const entry of entries) {
		const rises = entry.seq >= seq && entry.startUs >= startUs && entry.place > place;
		if (!rises || (entry.seq > seq && !named(atUs, entry.startUs))) return false;
		seq = entry.seq + 1;
		atUs = Math.max(atUs, endUsOf(entry));
		({ startUs, place } = entry);
	}
	const first = entries[0];
	const begins = first === undefined || first.seq > run.firstSeq || first.startUs === run.startUs;
	const ends = seq > run.lastSeq ? atUs === run.endUs : named(atUs, run.endUs);
	return begins && seq <= run.lastSeq + 1 && ends;
}

/** CK10: not while the index references less than half of the bytes. */
export function mayDeleteUnnamed(unnamed: number, all: number): boolean {
	return unnamed * 2 <= all;
}

/**
 * The numbers of `all` from `after` on that are not in `named`; both sorted, without duplicates.
 */
export function numbersNotIn(
	all: readonly number[],
	named: ArrayLike<number>,
	from: number,
): number[] {
	let at = lowerBound(named, from);
	return all.filter((one) => {
		while (at < named.length && (named[at] ?? Infinity) < one) at += 1;
		return named[at] !== one;
	});
}

/** Index of the first number that is not below `value`. */
function lowerBound(sorted: ArrayLike<number>, value: number): number {
	let low = 0;
	let high = sorted.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((sorted[middle] ?? Infinity) < value) low = middle + 1;
		else high = middle;
	}
	return low;
}
