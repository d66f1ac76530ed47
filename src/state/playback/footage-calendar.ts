import { ambiguousTimeOf } from '#domain/footage/ambiguous-time.ts';
import type { Span } from '#domain/footage/span.ts';
import { monthPage, type MonthPage } from '#domain/timeline/month.ts';
import { firstEndingAfter, type Calendar } from '#domain/timeline/ribbon.ts';
import { timezoneOffsetAt } from './timezone-offset.ts';

export type CalendarMonth = MonthPage & {
	readonly fromMs: number;
	/** The first moments of a week's days, for their names. */
	readonly week: readonly number[];
};

/** The first moment of a day. */
export function startOfDay(calendar: Calendar, ms: number): number {
	const { year, month, day } = calendar.fieldsOf(ms);
	return calendar.dayStart(year, month, day);
}

/**
 * `time` as from a time input, `14:02` or `14:02:31`. Returns two moments where the time occurs
 * twice, earlier one first (TL15). A skipped time becomes the next that exists (TL17).
 */
export function momentsOfTime(calendar: Calendar, dayMs: number, time: string): readonly number[] {
	const [hour = 0, minute = 0, second = 0] = time.split(':').map(Number);
	const ms = calendar.momentOf(dayMs, hour, minute, second);
	const twin = ambiguousTimeOf(timezoneOffsetAt, ms);
	return twin === null ? [ms] : [ms, twin.otherMs].sort((a, b) => a - b);
}

/** The calendar page of a month, relative to the month that contains `ms`. */
export function monthOf(
	calendar: Calendar,
	footage: readonly Span[],
	ms: number,
	shift: number,
): CalendarMonth {
	const { year, month } = calendar.fieldsOf(ms);
	const fromMs = calendar.dayStart(year, month + shift, 1);
	const first = calendar.fieldsOf(fromMs);
	const monday = first.day - first.weekday;
	const week = [0, 1, 2, 3, 4, 5, 6].map((n) =>
		calendar.dayStart(first.year, first.month, monday + n),
	);
	return { fromMs, week, ...monthPage(first.year, first.month, footage, calendar) };
}

/** The span of a sorted list that contains a moment. */
export function spanAt<T extends Span>(spans: readonly T[], ms: number): T | null {
	const span = spans[firstEndingAfter(spans, ms * 1000)];
	return span && span.startUs <= ms * 1000 ? span : null;
}
