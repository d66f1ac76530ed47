import fc from 'fast-check';
import { expect, test } from 'vitest';
import { coverage } from '#domain/footage/coverage.ts';
import { monthPage } from '#domain/timeline/month.ts';
import { utcCalendar } from '../../fakes/calendar.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 1, 1);

test('TL10 a day has footage exactly when a frame starts before it ends', () => {
	const spans = fc
		.uniqueArray(fc.integer({ min: -2 * DAY, max: 30 * DAY }), { minLength: 2, maxLength: 20 })
		.map((moments) => moments.toSorted((a, b) => a - b))
		.map((all) =>
			Array.from({ length: all.length >> 1 }, (_, n) => ({
				startUs: (START + all[2 * n]!) * 1000,
				endUs: (START + all[2 * n + 1]!) * 1000,
			})),
		);
	fc.assert(
		fc.property(spans, (footage) => {
			const { days, empty } = monthPage(2026, 2, footage, utcCalendar);
			expect([days.length, empty]).toEqual([28, 6]);
			for (const { startMs, footage: shown } of days) {
				const frames = footage.some(
					({ startUs, endUs }) => startUs < (startMs + DAY) * 1000 && endUs > startMs * 1000,
				);
				expect(shown).toBe(frames);
			}
		}),
	);
});

test.each([
	['ends at midnight', -1000, 0, false],
	['ends a microsecond later', -1000, 0.001, true],
	['starts a microsecond before the day ends', DAY - 0.001, DAY + 1000, true],
	['starts with the next day', DAY, DAY + 1000, false],
])('TL10 footage that %s: the month and the day view agree', (_, fromMs, toMs, expected) => {
	const startUs = Math.round((START + fromMs) * 1000);
	const endUs = Math.round((START + toMs) * 1000);
	const [first] = monthPage(2026, 2, [{ startUs, endUs }], utcCalendar).days;
	expect(first?.footage).toBe(expected);
	const run = { startUs, endUs, firstSeq: 1, lastSeq: 1, holes: [], ended: 'stopped' };
	const day = coverage([run as never], START * 1000, (START + DAY) * 1000);
	expect(day.footage.length > 0).toBe(expected);
});
