import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localCalendar } from '#browser/playback/calendar.ts';
import { localDay } from '#browser/playback/local-day.ts';
import { ambiguousTimeOf } from '#domain/footage/ambiguous-time.ts';
import { fileName } from '#state/playback/files.ts';
import { timezoneOffsetAt } from '#state/playback/timezone-offset.ts';

const MINUTE = 60_000;

const local = (ms: number): string => new Date(ms).toString().slice(0, 24);

describe.each([
	['Europe/Berlin', '2026-10-25T00:00Z', 60],
	['America/New_York', '2026-11-01T05:00Z', 60],
	['Australia/Lord_Howe', '2026-04-04T14:30Z', 30],
])('the clock is set back in %s', (zone, from, minutes) => {
	const before = process.env['TZ'];
	beforeAll(() => {
		process.env['TZ'] = zone;
	});
	afterAll(() => {
		process.env['TZ'] = before;
	});

	test('TL15 each minute of that hour has a twin, and no other minute of the day has', () => {
		const firstMs = Date.parse(from);
		const { startMs, endMs } = localDay(firstMs);
		for (let ms = startMs; ms < endMs; ms += MINUTE) {
			const twin = ambiguousTimeOf(timezoneOffsetAt, ms);
			const inside = ms >= firstMs && ms < firstMs + 2 * minutes * MINUTE;
			expect(twin !== null, local(ms)).toBe(inside);
			if (twin === null) continue;
			expect(local(twin.otherMs)).toBe(local(ms));
			expect(twin.otherMs).not.toBe(ms);
			expect(twin.first).toBe(twin.otherMs > ms);
			expect(ambiguousTimeOf(timezoneOffsetAt, twin.otherMs)).toEqual({
				first: !twin.first,
				otherMs: ms,
			});
		}
	});

	test('TL18 file names tell them apart, and are unchanged elsewhere', () => {
		const ms = Date.parse(from) + 5 * MINUTE;
		const twin = ambiguousTimeOf(timezoneOffsetAt, ms)!;
		expect(fileName('Hall', ms)).not.toBe(fileName('Hall', twin.otherMs));
		expect(fileName('Hall', ms)).toMatch(/^Hall \d{4}-\d\d-\d\d \d\d-\d\d-\d\d UTC[+-]\d{4}$/);
		expect(fileName('Hall', ms - 6 * 60 * MINUTE)).toMatch(/ \d\d-\d\d-\d\d$/);
	});
});

describe('the clock is set forward', () => {
	const before = process.env['TZ'];
	afterAll(() => {
		process.env['TZ'] = before;
	});

	test.each([
		['Europe/Berlin', '2026-03-29T12:00Z', [2, 30, 15], '2026-03-29T01:00:00.000Z'],
		['Europe/Berlin', '2026-03-29T12:00Z', [2, 0, 0], '2026-03-29T01:00:00.000Z'],
		['Europe/Berlin', '2026-03-29T12:00Z', [3, 30, 15], '2026-03-29T01:30:15.000Z'],
		['Europe/Berlin', '2026-03-29T12:00Z', [1, 59, 59], '2026-03-29T00:59:59.000Z'],
		['Australia/Lord_Howe', '2026-10-04T00:00Z', [2, 10, 0], '2026-10-03T15:30:00.000Z'],
		// Midnight itself does not exist.
		['Africa/Cairo', '2026-04-24T12:00Z', [0, 20, 0], '2026-04-23T22:00:00.000Z'],
	])('TL17 %s, %s: %j is %s', (zone, day, [hour = 0, minute = 0, second = 0], expected) => {
		process.env['TZ'] = zone;
		const ms = localCalendar.momentOf(Date.parse(day), hour, minute, second);
		expect(new Date(ms).toISOString()).toBe(expected);
		expect(ambiguousTimeOf(timezoneOffsetAt, ms)).toBeNull();
	});
});
