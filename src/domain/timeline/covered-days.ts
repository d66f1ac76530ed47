import type { Span } from '#domain/footage/span.ts';
import { daysOf, firstEndingAfter, type Calendar } from './ribbon.ts';

/** A local day with footage. Milliseconds since 1970. */
export interface CoveredDay {
	readonly startMs: number;
	readonly endMs: number;
	/** Where its footage begins. */
	readonly firstMs: number;
	/** How much of each part of the day is footage, 0 to 1, in order of time. */
	readonly shares: readonly number[];
}

/** Parts of a day that are told apart: two hours each, but for the days the clocks change. */
const PARTS = 12;

/**
 * The newest days that have footage, newest first. `footage` is sorted and disjoint; `limit` bounds
 * the result, not the age of the footage.
 */
export function coveredDays(
	footage: readonly Span[],
	calendar: Calendar,
	limit: number,
): CoveredDay[] {
	const found: CoveredDay[] = [];
	let last = footage.at(-1);
	while (last !== undefined && found.length < limit) {
		const [day] = daysOf(last.endUs / 1000 - 1, last.endUs / 1000 - 1, calendar);
		if (day === undefined) break;
		const { startMs, endMs } = day;
		const from = firstEndingAfter(footage, startMs * 1000);
		const firstMs = Math.max(startMs, (footage[from]?.startUs ?? 0) / 1000);
		const partMs = (endMs - startMs) / PARTS;
		const shares = Array.from({ length: PARTS }, (_, n) =>
			shareOf(footage, startMs + n * partMs, startMs + (n + 1) * partMs),
		);
		found.push({ startMs, endMs, firstMs, shares });
		// What began before this day also ends before it, as far as the earlier days are concerned.
		const crosses = (footage[from]?.startUs ?? 0) < startMs * 1000;
		const before = crosses ? footage[from] : footage[from - 1];
		last = before && { ...before, endUs: Math.min(before.endUs, startMs * 1000) };
	}
	return found;
}

/** How much of a span is footage, 0 to 1. */
export function shareOf(footage: readonly Span[], fromMs: number, toMs: number): number {
	const [fromUs, toUs] = [fromMs * 1000, toMs * 1000];
	let covered = 0;
	for (let n = firstEndingAfter(footage, fromUs); n < footage.length; n += 1) {
		const { startUs, endUs } = footage[n] ?? { startUs: toUs, endUs: toUs };
		if (startUs >= toUs) break;
		covered += Math.min(endUs, toUs) - Math.max(startUs, fromUs);
	}
	return covered / (toUs - fromUs);
}
