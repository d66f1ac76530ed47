import { expect, test } from 'vitest';
import { timeFrom } from '#ui/parts/time-of-day.ts';

test.each([
	['14:05', '14:05'],
	['9:05', '09:05'],
	['1405', '14:05'],
	['905', '09:05'],
	[' 00.00 ', '00:00'],
	['23:59:59', '23:59:59'],
	['020005', '02:00:05'],
])('TL11 a time of 24 hours as it is typed: %s', (text, time) => {
	expect(timeFrom(text)).toBe(time);
});

test.each(['', '2', '24:00', '12:60', '12:30:60', '2:05 PM', '12:3', '1:2:3', '-1:00'])(
	'TL11 no time: %s',
	(text) => {
		expect(timeFrom(text)).toBeNull();
	},
);
