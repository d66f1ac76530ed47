import { describe, expect, test } from 'vitest';
import { repairFor, retryAfterMs, silence, watchFrom, watchNext } from '#domain/watchdog.ts';

describe('the watchdog', () => {
	test('RC15 frames that stop are noticed after 5 s, not before', () => {
		const watch = watchFrom({ frames: 10, fragments: 1 }, 0);
		const still = watchNext(watch, { frames: 10, fragments: 2 }, 4000);
		expect(silence(still, 4999)).toBe(null);
		expect(silence(still, 5000)).toBe('frames');
	});

	test('RC15 fragments that stop while frames come are noticed after 8 s', () => {
		let watch = watchFrom({ frames: 0, fragments: 1 }, 0);
		for (let second = 1; second <= 8; second++) {
			expect(silence(watch, second * 1000 - 1)).toBe(null);
			watch = watchNext(watch, { frames: second * 15, fragments: 1 }, second * 1000);
		}
		expect(silence(watch, 8000)).toBe('fragments');
	});

	test('RC16 tries get rarer and never stop', () => {
		expect([1, 2, 3, 4, 5, 6, 1000].map(retryAfterMs)).toEqual([
			500, 1000, 2000, 5000, 10_000, 10_000, 10_000,
		]);
	});

	test('WD3 the mildest repair first, the page last and only where it may help', () => {
		const row = [1, 2, 3, 4, 5, 6, 7];
		const repairs = (
			...rest: Parameters<typeof repairFor> extends [number, ...infer R] ? R : never
		) => row.map((n) => repairFor(n, ...rest));
		const ladder = ['recorder', ...Array<string>(4).fill('lens'), 'page', 'page'];
		expect(repairs('failed', null)).toEqual(ladder);
		expect(repairs('store', null)).toEqual(ladder);
		expect(repairs('stalled', 'fragments')).toEqual(ladder);
		expect(repairs('stalled', 'frames')[0]).toBe('lens');
		for (const why of ['unplugged', 'denied'] as const) {
			expect(new Set(repairs(why, null))).toEqual(new Set(['lens']));
		}
		expect(repairs('quota', null)).not.toContain('page');
	});
});
