import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localCalendar } from '#browser/playback/calendar.ts';
import {
	firstEndingAfter,
	glideAfter,
	clampedToFootage,
	msAt,
	MIN_SPAN_MS,
	spanning,
	ticksOf,
	MAX_SPAN_MS,
	xOf,
	zoomed,
	type RibbonView,
} from '#domain/timeline/ribbon.ts';

const HOUR = 3_600_000;
const widths = fc.integer({ min: 200, max: 3000 });
const views = fc
	.record({
		centreMs: fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2040, 0) }),
		spanMs: fc.double({ min: MIN_SPAN_MS, max: MAX_SPAN_MS, noNaN: true }),
		width: widths,
	})
	.map(({ centreMs, spanMs, width }) => ({
		width,
		view: spanning({ centreMs, msPerPx: 1 }, width, spanMs),
	}));

describe('time and pixels', () => {
	it('TL1 are inverse', () => {
		fc.assert(
			fc.property(views, fc.double({ min: -500, max: 3500, noNaN: true }), ({ view, width }, x) => {
				const ms = msAt(view, width, x);
				// A double represents a wall time to a quarter of a microsecond.
				expect(Math.abs(xOf(view, width, ms) - x)).toBeLessThan(0.001 / view.msPerPx + 1e-6);
				expect(Math.abs(msAt(view, width, xOf(view, width, ms)) - ms)).toBeLessThan(0.001);
			}),
		);
	});

	it('TL2 zooming keeps the playhead and stays between a second and a month', () => {
		fc.assert(
			fc.property(
				views,
				fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
				({ view, width }, factor) => {
					const next = zoomed(view, width, factor);
					expect(next.centreMs).toBe(view.centreMs);
					const spanMs = next.msPerPx * width;
					expect(spanMs).toBeGreaterThanOrEqual(MIN_SPAN_MS - 1e-6);
					expect(spanMs).toBeLessThanOrEqual(MAX_SPAN_MS + 1);
				},
			),
		);
	});

	it('TL3 the playhead stays within the footage', () => {
		const view: RibbonView = { centreMs: 50, msPerPx: 1 };
		expect(clampedToFootage(view, { fromMs: 100, toMs: 200 }).centreMs).toBe(100);
		expect(clampedToFootage({ ...view, centreMs: 500 }, { fromMs: 100, toMs: 200 }).centreMs).toBe(
			200,
		);
		expect(clampedToFootage({ ...view, centreMs: 150 }, { fromMs: 100, toMs: 200 }).centreMs).toBe(
			150,
		);
	});

	it('TL4 a flung ribbon glides, slows down and comes to rest', () => {
		let before = 0;
		for (let ms = 16; ms < 3000; ms += 16) {
			const { px } = glideAfter(2, ms);
			expect(px).toBeGreaterThan(before);
			before = px;
		}
		expect(glideAfter(2, 3000).rests).toBe(true);
		expect(glideAfter(2, 100).rests).toBe(false);
		expect(glideAfter(-2, 100).px).toBeLessThan(0);
	});
});

describe('ticks', () => {
	const zone = process.env['TZ'];
	beforeAll(() => {
		process.env['TZ'] = 'Europe/Berlin';
	});
	afterAll(() => {
		process.env['TZ'] = zone;
	});

	it('TL5 keep their distance, whatever is visible', () => {
		fc.assert(
			fc.property(views, ({ view, width }) => {
				const ticks = ticksOf(view, width, localCalendar, 64);
				for (const [index, { ms }] of ticks.entries()) {
					const next = ticks[index + 1];
					if (next) expect((next.ms - ms) / view.msPerPx).toBeGreaterThanOrEqual(64 - 6);
				}
				expect(ticks.length).toBeLessThanOrEqual(width / 58 + 3);
			}),
			{ numRuns: 400 },
		);
	});

	it('TL5 do not depend on the scroll position', () => {
		fc.assert(
			fc.property(views, fc.double({ min: 0, max: 0.5, noNaN: true }), ({ view, width }, share) => {
				const moved = { ...view, centreMs: view.centreMs + share * width * view.msPerPx };
				const inBoth = (ms: number) =>
					ms >= msAt(moved, width, 0) && ms <= msAt(view, width, width);
				const one = ticksOf(view, width, localCalendar, 64).filter(({ ms }) => inBoth(ms));
				const two = ticksOf(moved, width, localCalendar, 64).filter(({ ms }) => inBoth(ms));
				expect(two).toEqual(one);
			}),
		);
	});

	const day = (month: number, date: number) => {
		const startMs = new Date(2026, month, date).getTime();
		const endMs = new Date(2026, month, date + 1).getTime();
		const view = spanning({ centreMs: (startMs + endMs) / 2, msPerPx: 1 }, 1920, endMs - startMs);
		return { startMs, endMs, ticks: ticksOf(view, 1920, localCalendar, 64) };
	};
	const hours = ({ startMs, endMs, ticks }: ReturnType<typeof day>) =>
		ticks.filter(({ ms }) => ms >= startMs && ms < endMs).map(({ ms }) => new Date(ms).getHours());

	it('TL6 a day of 23 hours has no 02:00', () => {
		const spring = day(2, 29);
		expect(spring.endMs - spring.startMs).toBe(23 * HOUR);
		expect(hours(spring)).toEqual([0, 1, ...Array.from({ length: 21 }, (_, n) => n + 3)]);
	});

	it('TL6 a day of 25 hours has 02:00 twice', () => {
		const autumn = day(9, 25);
		expect(autumn.endMs - autumn.startMs).toBe(25 * HOUR);
		expect(hours(autumn)).toEqual([0, 1, 2, 2, ...Array.from({ length: 21 }, (_, n) => n + 3)]);
	});

	it('TL6 steps of several hours are at full local hours on such days', () => {
		for (const [month, date] of [
			[2, 29],
			[9, 25],
		] as const) {
			const startMs = new Date(2026, month, date, 12).getTime();
			const view = spanning({ centreMs: startMs, msPerPx: 1 }, 600, 24 * HOUR);
			for (const { ms } of ticksOf(view, 600, localCalendar, 64)) {
				expect(new Date(ms).getHours() % 3).toBe(0);
				expect(new Date(ms).getMinutes()).toBe(0);
			}
		}
	});

	it('months start with the month', () => {
		const view = spanning(
			{ centreMs: new Date(2026, 10, 1).getTime(), msPerPx: 1 },
			1000,
			MAX_SPAN_MS,
		);
		const kinds = ticksOf(view, 1000, localCalendar, 64).map(({ kind }) => kind);
		expect(kinds).toContain('day');
	});
});

it('firstEndingAfter finds where drawing starts', () => {
	const spans = [{ endUs: 10 }, { endUs: 20 }, { endUs: 30 }];
	expect([5, 10, 15, 29, 30].map((us) => firstEndingAfter(spans, us))).toEqual([0, 1, 1, 2, 3]);
});
