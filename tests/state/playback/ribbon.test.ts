import { beforeEach, describe, expect, test } from 'vitest';
import { MAX_SPAN_MS, MIN_SPAN_MS } from '#domain/timeline/ribbon.ts';
import { Ribbon } from '#state/playback/ribbon.svelte.ts';
import { utcCalendar } from '../../fakes/calendar.ts';

const NOON = Date.parse('2024-11-29T12:00:00Z');
const [MINUTE, HOUR] = [60_000, 3_600_000];

/** Two hours of footage around noon, an hour visible, played at noon. */
let ribbon: Ribbon;
beforeEach(() => {
	ribbon = new Ribbon(utcCalendar);
	ribbon.width = 600;
	[ribbon.fromMs, ribbon.toMs] = [NOON - HOUR, NOON + HOUR];
	[ribbon.spanMs, ribbon.shownMs] = [HOUR, NOON];
});

describe('time and pixels', () => {
	test('TL1 a place and its time lead to each other, and later is further right', () => {
		for (const x of [0, 1.5, 300, 600]) expect(ribbon.xOf(ribbon.msAt(x))).toBeCloseTo(x, 3);
		expect(ribbon.xOf(NOON + MINUTE) - ribbon.xOf(NOON)).toBeCloseTo(10, 6);
	});

	test('what is in sight is the visible time, with the playhead in it', () => {
		const { fromMs, toMs } = ribbon.sight;
		expect(toMs - fromMs).toBeCloseTo(HOUR, 0);
		expect(fromMs).toBeLessThan(NOON);
		expect(toMs).toBeGreaterThan(NOON);
		expect([ribbon.xOf(fromMs), ribbon.xOf(toMs)].map(Math.round)).toEqual([0, 600]);
	});

	test('TL5 labels have more room than strokes, and dates as much as their language needs', () => {
		const apart = (ticks: readonly { readonly ms: number }[]) =>
			ticks.slice(1).map(({ ms }, at) => ribbon.xOf(ms) - ribbon.xOf(ticks[at]!.ms));
		for (const spanMs of [MIN_SPAN_MS, MINUTE, 6 * HOUR]) {
			ribbon.spanMs = spanMs;
			for (const px of apart(ribbon.labels())) expect(px).toBeGreaterThan(63);
			expect(ribbon.strokes().length).toBeGreaterThanOrEqual(ribbon.labels().length);
		}
		ribbon.spanMs = 7 * 24 * HOUR;
		const usual = ribbon.labels().length;
		ribbon.dayLabelPx = 240;
		for (const px of apart(ribbon.labels())) expect(px).toBeGreaterThan(239);
		expect(ribbon.labels().length).toBeLessThan(usual);
	});
});

describe('the playhead', () => {
	test('TL3 it is held between the first footage and the end of the newest', () => {
		expect(ribbon.hold(NOON + MINUTE)).toBe(NOON + MINUTE);
		expect(ribbon.handMs).toBe(NOON + MINUTE);
		expect(ribbon.hold(NOON - 5 * HOUR)).toBe(NOON - HOUR);
		expect(ribbon.hold(NOON + 5 * HOUR)).toBe(NOON + HOUR);
	});

	test('while it is held, playback does not move it; let go, it follows again', () => {
		ribbon.hold(NOON - MINUTE);
		ribbon.shownMs = NOON + MINUTE;
		expect(ribbon.handMs).toBe(NOON - MINUTE);
		ribbon.letGo();
		expect(ribbon.handMs).toBe(NOON + MINUTE);
	});

	test('TL4 a fling glides against the hand, slows down, and rests', () => {
		// To the right: what was before comes into view.
		const at = (afterMs: number) => ribbon.glide(NOON, 1, afterMs);
		const [early, later, end] = [at(50), at(200), at(10_000)];
		expect(early.ms).toBeLessThan(NOON);
		expect(later.ms).toBeLessThan(early.ms);
		expect(NOON - early.ms).toBeGreaterThan((early.ms - later.ms) / 3);
		expect([early.rests, end.rests]).toEqual([false, true]);
		expect(ribbon.handMs).toBe(end.ms);
	});

	test('TL3 TL4 a fling rests where the footage ends, whichever way', () => {
		expect(ribbon.glide(NOON, 40, 100)).toEqual({ ms: NOON - HOUR, rests: true });
		expect(ribbon.glide(NOON, -40, 100)).toEqual({ ms: NOON + HOUR, rests: true });
	});

	test('TL9 an arrow key moves by a sixtieth of what is visible, in whole seconds where possible', () => {
		const steps = [MIN_SPAN_MS, 30_000, MINUTE, 100_000, HOUR, 31 * 24 * HOUR].map((spanMs) => {
			ribbon.spanMs = spanMs;
			return ribbon.keyStepMs;
		});
		expect(steps.map(Math.round)).toEqual([17, 500, 1000, 2000, MINUTE, 44_640_000]);
	});
});

describe('zoom', () => {
	test('TL2 it keeps the time of the playhead, and stays between a second and 31 days', () => {
		ribbon.zoom(2);
		expect(ribbon.spanMs).toBeCloseTo(HOUR / 2, 3);
		expect(ribbon.handMs).toBe(NOON);
		for (let n = 0; n < 30; n += 1) ribbon.zoom(3);
		expect(ribbon.spanMs).toBeCloseTo(MIN_SPAN_MS, 3);
		for (let n = 0; n < 30; n += 1) ribbon.zoom(1 / 3);
		expect(ribbon.spanMs).toBeCloseTo(MAX_SPAN_MS, 0);
		expect(ribbon.handMs).toBe(NOON);
	});

	test('TL2 the buttons go from stop to stop and back, and no further than the limits', () => {
		const out: number[] = [];
		for (let n = 0; n < 40; n += 1) {
			out.push(ribbon.spanMs);
			ribbon.stop(true);
		}
		expect(ribbon.spanMs).toBe(MAX_SPAN_MS);
		const stops = [...new Set(out)];
		expect(stops).toEqual(stops.toSorted((a, b) => a - b));
		expect(stops.length).toBeGreaterThan(5);
		for (const stop of stops.toReversed()) {
			expect(ribbon.spanMs).toBeGreaterThanOrEqual(stop);
			ribbon.stop(false);
		}
		for (let n = 0; n < 40; n += 1) ribbon.stop(false);
		const least = ribbon.spanMs;
		expect(least).toBeGreaterThanOrEqual(MIN_SPAN_MS);
		expect(least).toBeLessThan(MINUTE);
		ribbon.stop(false);
		expect(ribbon.spanMs).toBe(least);
	});

	test('at first all footage is visible, but no less than a minute, and no more than a day', () => {
		const fitted = (footageMs: number) => {
			ribbon.toMs = ribbon.fromMs + footageMs;
			ribbon.fit();
			return ribbon.spanMs;
		};
		expect(fitted(1000)).toBe(MINUTE);
		const some = fitted(20 * MINUTE);
		expect(some).toBeGreaterThanOrEqual(20 * MINUTE);
		expect(some).toBeLessThanOrEqual(HOUR);
		const most = fitted(400 * HOUR);
		expect(most).toBeGreaterThanOrEqual(6 * HOUR);
		expect(most).toBeLessThanOrEqual(24 * HOUR);
	});
});
