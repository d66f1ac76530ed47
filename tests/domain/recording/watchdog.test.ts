import { describe, expect, test } from 'vitest';
import {
	repairFor,
	retryAfterMs,
	silence,
	initialWatchdog,
	nextWatchdog,
} from '#domain/recording/watchdog.ts';

describe('the watchdog', () => {
	test('RC15 detects missing frames after 5 s, not before', () => {
		const watch = initialWatchdog({ frames: 10, fragments: 1 }, 0);
		const still = nextWatchdog(watch, { frames: 10, fragments: 2 }, 4000);
		expect(silence(still, 4999)).toBe(null);
		expect(silence(still, 5000)).toBe('frames');
	});

	test('RC15 detects missing fragments after 8 s while frames arrive', () => {
		let watch = initialWatchdog({ frames: 0, fragments: 1 }, 0);
		for (let second = 1; second <= 8; second++) {
			expect(silence(watch, second * 1000 - 1)).toBe(null);
			watch = nextWatchdog(watch, { frames: second * 15, fragments: 1 }, second * 1000);
		}
		expect(silence(watch, 8000)).toBe('fragments');
	});

	/** The verdict, with a check every second, on a lens whose first frame comes after `lagMs`. */
	function outcome(lagMs: number, failures: number): string {
		let watch = initialWatchdog({ frames: 0, fragments: 0 }, 0, failures);
		for (let ms = 1000; ms <= lagMs + 3000; ms += 1000) {
			const frames = Math.max(0, Math.floor((ms - lagMs) / 66));
			const fragments = Math.max(0, Math.floor((ms - lagMs - 500) / 1000));
			watch = nextWatchdog(watch, { frames, fragments }, ms);
			const silent = silence(watch, ms);
			if (silent !== null) return silent;
		}
		return 'records';
	}

	test('RC31 a newly opened lens has 15 s for its first frame, doubled after each failure', () => {
		expect(outcome(7000, 0)).toBe('records');
		expect(outcome(14_000, 0)).toBe('records');
		expect(outcome(20_000, 0)).toBe('frames');
		expect(outcome(20_000, 1)).toBe('records');
		expect(outcome(45_000, 1)).toBe('frames');
		expect(outcome(45_000, 2)).toBe('records');
		// Two minutes at most, after any number of failures.
		expect(outcome(110_000, 1000)).toBe('records');
		expect(outcome(130_000, 1000)).toBe('frames');
	});

	test('RC31 a slow encoder gets more time, too, but only for its first fragment', () => {
		const at = (ms: number, failures: number) => {
			const begun = initialWatchdog({ frames: 1, fragments: 0 }, 0, failures);
			const watch = nextWatchdog(begun, { frames: 99, fragments: 0 }, ms);
			return silence(watch, ms);
		};
		expect(at(8000, 0)).toBe('fragments');
		expect(at(8000, 1)).toBe(null);
		expect(at(16_000, 1)).toBe('fragments');
		const begun = initialWatchdog({ frames: 1, fragments: 1 }, 0, 3);
		expect(silence(nextWatchdog(begun, { frames: 9, fragments: 1 }, 8000), 8000)).toBe('fragments');
	});

	test('RC16 retries back off and never stop', () => {
		expect([1, 2, 3, 4, 5, 6, 1000].map(retryAfterMs)).toEqual([
			500, 1000, 2000, 5000, 10_000, 10_000, 10_000,
		]);
	});

	test('WD3 chooses the mildest repair first, the page last and only if it may help', () => {
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
		// ST26: only the newer version of the app can go on.
		expect(repairs('store', null, 'newer')[0]).toBe('page');
	});
});
