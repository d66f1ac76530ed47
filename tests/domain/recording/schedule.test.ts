import { describe, expect, test } from 'vitest';
import type { Calendar } from '#domain/timeline/ribbon.ts';
import { nextChange, isPlanned, type Plan, type TimeWindow } from '#domain/recording/schedule.ts';
import { utcCalendar } from '../../fakes/calendar.ts';
import { randomFrom } from '../../support/random.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Monday, 5 January 2026. */
const MONDAY = Date.UTC(2026, 0, 5);

/** A calendar with a DST change at 02:00 (forward) or 03:00 (back) on the Sunday after `MONDAY`. */
function leaping(by: 1 | -1): Calendar {
	const leapMs = MONDAY + 6 * DAY + (by === 1 ? 2 : 3) * HOUR;
	const shift = (ms: number) => (ms >= leapMs ? by * HOUR : 0);
	const toMs = (local: number) => {
		const early = local - by * HOUR;
		return early >= leapMs ? early : Math.min(local, by === 1 ? leapMs : local);
	};
	return {
		fieldsOf: (ms) => utcCalendar.fieldsOf(ms + shift(ms)),
		dayStart: (year, month, day) => toMs(Date.UTC(year, month - 1, day)),
		momentOf: (ms, ...time) => toMs(utcCalendar.momentOf(ms + shift(ms), ...time)),
	};
}

const plan = (times: readonly TimeWindow[], when: Plan['when'] = 'times', away = false): Plan => ({
	...{ when, times, away },
});
const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];
const nights: TimeWindow = { days: EVERY_DAY, from: 22 * 60, until: 6 * 60 };

describe('a plan', () => {
	test('SC1 by hand decides nothing, always records, away follows its switch', () => {
		expect(isPlanned(plan([], 'by-hand'), utcCalendar, MONDAY)).toBeNull();
		expect(isPlanned(plan([], 'always'), utcCalendar, MONDAY)).toBe(true);
		expect(isPlanned(plan([], 'away'), utcCalendar, MONDAY)).toBe(false);
		expect(isPlanned(plan([], 'away', true), utcCalendar, MONDAY)).toBe(true);
		expect(isPlanned(plan([]), utcCalendar, MONDAY)).toBe(false);
		for (const when of ['by-hand', 'always', 'away'] as const) {
			expect(nextChange(plan([nights], when), utcCalendar, MONDAY)).toBeNull();
		}
	});

	test('SC2 a window over midnight belongs to the day it starts on', () => {
		const friday = plan([{ days: [4], from: 22 * 60, until: 6 * 60 }]);
		const at = (day: number, hour: number) =>
			isPlanned(friday, utcCalendar, MONDAY + day * DAY + hour * HOUR);
		expect([at(4, 5), at(4, 21), at(4, 22), at(5, 5), at(5, 6), at(5, 22)]).toEqual([
			...[false, false, true, true, false, false],
		]);
		expect(nextChange(friday, utcCalendar, MONDAY)).toBe(MONDAY + 4 * DAY + 22 * HOUR);
		expect(nextChange(friday, utcCalendar, MONDAY + 5 * DAY)).toBe(MONDAY + 5 * DAY + 6 * HOUR);
	});

	test('SC2 whole days and windows that overlap or touch have no change in between', () => {
		const whole = plan([{ days: EVERY_DAY, from: 0, until: 0 }]);
		expect(isPlanned(whole, utcCalendar, MONDAY + 3 * HOUR)).toBe(true);
		expect(nextChange(whole, utcCalendar, MONDAY)).toBeNull();
		const two = plan([
			{ days: [0], from: 8 * 60, until: 12 * 60 },
			{ days: [0], from: 12 * 60, until: 17 * 60 },
		]);
		expect(nextChange(two, utcCalendar, MONDAY + 9 * HOUR)).toBe(MONDAY + 17 * HOUR);
		expect(nextChange(plan([{ days: [], from: 60, until: 120 }]), utcCalendar, MONDAY)).toBeNull();
	});

	test('SC3 a change in an hour that occurs twice occurs twice', () => {
		const twice = leaping(-1);
		const half = plan([{ days: [6], from: 60, until: 150 }]);
		const second = MONDAY + 6 * DAY + 3 * HOUR;
		const first = second - 30 * MINUTE;
		expect(nextChange(half, twice, first - HOUR)).toBe(first);
		expect(nextChange(half, twice, first)).toBe(second);
		expect(nextChange(half, twice, second)).toBe(second + 30 * MINUTE);
	});

	test.each([
		['UTC', utcCalendar],
		['an hour is skipped', leaping(1)],
		['an hour comes twice', leaping(-1)],
	])(
		'SC3 SC4 %s: nothing changes before the next change, and at it something does',
		(_, calendar) => {
			const below = randomFrom(20261124);
			for (let round = 0; round < 150; round += 1) {
				const times = Array.from({ length: below(4) }, () => ({
					days: EVERY_DAY.filter(() => below(2) === 0),
					from: below(96) * 15,
					until: below(96) * 15,
				}));
				const week = plan(times);
				const ms = MONDAY + 4 * DAY + below(3 * 24 * 60) * MINUTE;
				const now = isPlanned(week, calendar, ms);
				const turn = nextChange(week, calendar, ms);
				for (let probe = ms; probe < (turn ?? ms + 3 * DAY); probe += 5 * MINUTE) {
					expect(isPlanned(week, calendar, probe), new Date(probe).toISOString()).toBe(now);
				}
				if (turn !== null) expect(isPlanned(week, calendar, turn)).toBe(!now);
			}
		},
	);
});
