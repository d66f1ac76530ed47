import { daysOf, firstEndingAfter, type Calendar } from './ribbon.ts';
import type { Span } from '#domain/footage/span.ts';

/** A day of a month's page. */
export interface MonthDay {
	readonly startMs: number;
	readonly day: number;
	readonly footage: boolean;
}

/**
 * The page of a calendar: the month's days, and how many cells are empty before its first (Monday
 * first).
 */
export interface MonthPage {
	readonly empty: number;
	readonly days: readonly MonthDay[];
}

/** `footage`: sorted, apart. The cost is that of a month's days. */
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
