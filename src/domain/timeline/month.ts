import { daysOf, firstEndingAfter, type Calendar } from './ribbon.ts';
import type { Span } from '#domain/footage/span.ts';

export interface MonthDay {
	readonly startMs: number;
	readonly day: number;
	readonly footage: boolean;
}

/**
 * A calendar page: the days of a month, and the number of empty cells before the first (Monday
 * first).
 */
export interface MonthPage {
	readonly empty: number;
	readonly days: readonly MonthDay[];
}

/** `footage`: sorted and disjoint. The cost depends only on the days of the month. */
export function monthPage(
	year: number,
	month: number,
	footage: readonly Span[],
	calendar: Calendar,
): MonthPage {
	const fromMs = calendar.dayStart(year, month, 1);
	const toMs = calendar.dayStart(year, month + 1, 1);
	const days: MonthDay[] = [];
	for (const { startMs, endMs, day } of daysOf(fromMs, toMs - 1, calendar)) {
		const next = footage[firstEndingAfter(footage, startMs * 1000)];
		days.push({ startMs, day, footage: next !== undefined && next.startUs < endMs * 1000 });
	}
	return { empty: calendar.fieldsOf(fromMs).weekday, days };
}
