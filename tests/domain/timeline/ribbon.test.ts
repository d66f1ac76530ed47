import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localCalendar } from '#browser/playback/calendar.ts';
import {
	adjacentZoomStop,
	aheadFor,
	firstEndingAfter,
	glideAfter,
	clampedToFootage,
	handX,
	initialSpanMs,
	msAt,
	narrowGapNear,
	nearestZoomStop,
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

describe('scales', () => {
	const MIN = 60_000;
	const DAY = 24 * HOUR;
	const stops = [10_000, MIN, 5 * MIN, 10 * MIN, 30 * MIN, HOUR, 3 * HOUR, 6 * HOUR].concat([
		12 * HOUR,
		DAY,
		7 * DAY,
		31 * DAY,
	]);

	it('TL23 buttons stop at scales that have a name, up and down, and no farther', () => {
		const up = [10_000];
		while (up.length < 20) up.push(adjacentZoomStop(up.at(-1) ?? 0, true));
		expect(up.slice(0, stops.length + 1)).toEqual([...stops, 31 * DAY]);
		const down = [31 * DAY];
		while (down.length < 20) down.push(adjacentZoomStop(down.at(-1) ?? 0, false));
		expect(down.slice(0, stops.length)).toEqual(stops.toReversed());
		expect(adjacentZoomStop(1000, false)).toBe(1000);
		expect(adjacentZoomStop(26.7 * MIN, true)).toBe(30 * MIN);
	});

	it('TL23 a scale between two stops comes to rest at the nearer one, by ratio', () => {
		for (const stop of stops) expect(nearestZoomStop(stop * 1.1)).toBe(stop);
		expect(nearestZoomStop(26.7 * MIN)).toBe(30 * MIN);
		expect(nearestZoomStop(13.8 * HOUR)).toBe(12 * HOUR);
		expect(nearestZoomStop(1)).toBe(10_000);
	});

	it('TL19 opens at the smallest scale that shows all footage, from a minute to a day', () => {
		expect(initialSpanMs(0)).toBe(MIN);
		expect(initialSpanMs(7 * MIN)).toBe(10 * MIN);
		expect(initialSpanMs(20 * MIN)).toBe(30 * MIN);
		expect(initialSpanMs(2.9 * HOUR)).toBe(6 * HOUR);
		expect(initialSpanMs(20 * DAY)).toBe(DAY);
		expect(initialSpanMs(54_000)).toBe(MIN);
		expect(initialSpanMs(55_000)).toBe(2 * MIN);
		expect(initialSpanMs(2.5 * MIN)).toBe(3 * MIN);
		expect(initialSpanMs(4 * MIN)).toBe(5 * MIN);
	});
});

describe('the playhead', () => {
	it('TL20 rests at four fifths at the newest end, in the middle elsewhere, and moves steadily between', () => {
		expect(handX(1000, 0)).toBe(800);
		expect(handX(1000, 600)).toBe(500);
		expect(handX(1000, 1e9)).toBe(500);
		for (let ahead = 0; ahead < 700; ahead += 1) {
			const step = handX(1000, ahead) - handX(1000, ahead + 1);
			expect(step).toBeGreaterThanOrEqual(0);
			// The ribbon goes where the finger goes, never back.
			expect(step).toBeLessThan(1);
		}
	});

	it('TL20 the place of the end says where the playhead is, and the other way round', () => {
		fc.assert(
			fc.property(widths, fc.double({ min: 0, max: 1e5, noNaN: true }), (width, ahead) => {
				expect(aheadFor(width, handX(width, ahead) + ahead)).toBeCloseTo(ahead, 6);
			}),
		);
		expect(aheadFor(1000, 300)).toBe(0);
	});

	it('TL21 a tap within 12 pixels of a gap too narrow to hit means the gap, and no other', () => {
		const gap = (fromMs: number, toMs: number) =>
			({ startUs: fromMs * 1000, endUs: toMs * 1000, why: 'rotated' }) as const;
		const gaps = [gap(10_000, 12_000), gap(60_000, 61_000), gap(100_000, 200_000)];
		// A second is a pixel.
		expect(narrowGapNear(gaps, 22_500, 1000)).toBe(gaps[0]);
		expect(narrowGapNear(gaps, 24_500, 1000)).toBeNull();
		expect(narrowGapNear(gaps, 49_000, 1000)).toBe(gaps[1]);
		expect(narrowGapNear(gaps, 11_000, 1000)).toBe(gaps[0]);
		expect(narrowGapNear([gaps[0]!, gap(20_000, 21_000)], 18_000, 1000)?.startUs).toBe(20e6);
		// Wide enough to be hit, and too narrow to be seen.
		expect(narrowGapNear(gaps, 95_000, 1000)).toBeNull();
		expect(narrowGapNear(gaps, 60_000, 3000)).toBeNull();
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
