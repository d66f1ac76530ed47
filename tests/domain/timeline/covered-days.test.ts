import { expect, test } from 'vitest';
import { localCalendar } from '#browser/playback/calendar.ts';
import { coveredDays, shareOf } from '#domain/timeline/covered-days.ts';

const HOUR = 3_600_000;
const at = (day: number, hour: number) => new Date(2026, 10, day, hour).getTime();
const span = (fromMs: number, toMs: number) => ({ startUs: fromMs * 1000, endUs: toMs * 1000 });

test('PB27 the days that have footage, newest first, with the share of each two hours', () => {
	const footage = [
		span(at(20, 6), at(20, 7)),
		span(at(24, 22), at(25, 1)),
		span(at(25, 12), at(25, 14)),
	];
	const days = coveredDays(footage, localCalendar, 10);
	expect(days.map(({ startMs, firstMs }) => [startMs, firstMs])).toEqual([
		[at(25, 0), at(25, 0)],
		[at(24, 0), at(24, 22)],
		[at(20, 0), at(20, 6)],
	]);
	expect(days.map(({ shares }) => shares)).toEqual([
		[0.5, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0],
		[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
		[0, 0, 0, 0.5, 0, 0, 0, 0, 0, 0, 0, 0],
	]);
	expect(coveredDays(footage, localCalendar, 2)).toEqual(days.slice(0, 2));
});

test('PB27 footage that ends at midnight belongs to the day before; none has no days', () => {
	const [day, ...others] = coveredDays([span(at(23, 0), at(24, 0))], localCalendar, 10);
	expect([day?.startMs, others]).toEqual([at(23, 0), []]);
	expect(day?.shares.every((share) => share === 1)).toBe(true);
	expect(coveredDays([], localCalendar, 10)).toEqual([]);
});

test('a share counts only what lies within', () => {
	const footage = [span(0, HOUR), span(2 * HOUR, 3 * HOUR)];
	expect(shareOf(footage, 0, 4 * HOUR)).toBe(0.5);
	expect(shareOf(footage, HOUR, 2 * HOUR)).toBe(0);
	expect(shareOf(footage, HOUR / 2, HOUR)).toBe(1);
});
