import { expect, test } from 'vitest';
import { chartFromMs, chartOf } from '#domain/storage/chart.ts';
import type { StorageUsage } from '#domain/storage/usage.ts';
import { oldestEvictableUs } from '#domain/storage/retention.ts';

const MINUTE_MS = 60_000;
const filling = (atMs: number, footage: number): StorageUsage => ({
	...{ atMs, footage, pinned: 100, previews: 50, index: 30, reserve: 20, other: 0, allowed: 1000 },
});

test('kinds are stacked, pinned footage counted once', () => {
	const chart = chartOf([filling(0, 400), filling(10 * MINUTE_MS, 500)], 0, 20 * MINUTE_MS)!;
	expect(chart.topBytes).toBe(1000);
	expect(chart.layers.map(({ kind, stretches }) => [kind, stretches[0]![1]])).toEqual([
		['pinned', { x: 0.5, low: 0, high: 0.1 }],
		['footage', { x: 0.5, low: 0.1, high: 0.5 }],
		['previews', { x: 0.5, low: 0.5, high: 0.55 }],
		['index', { x: 0.5, low: 0.55, high: 0.58 }],
		['reserve', { x: 0.5, low: 0.58, high: 0.6 }],
		['other', { x: 0.5, low: 0.6, high: 0.6 }],
	]);
	expect(chart.allowed[0]![0]).toEqual({ x: 0, low: 1, high: 1 });
});

test('a time without samples is a gap, and a month is thinned', () => {
	const day = 24 * 60 * MINUTE_MS;
	const apart = [0, 10, 20, 600, 610].map((minute) => filling(minute * MINUTE_MS, 1));
	expect(chartOf(apart, 0, 11 * 60 * MINUTE_MS)!.allowed.map(({ length }) => length)).toEqual([
		3, 2,
	]);
	const month = Array.from({ length: 31 * 144 }, (_, n) => filling(n * 10 * MINUTE_MS, n));
	const [stretch, ...others] = chartOf(month, 0, 31 * day)!.allowed;
	expect(stretch!.length).toBeGreaterThan(100);
	expect(stretch!.length).toBeLessThan(125);
	expect(others).toEqual([]);
});

test('one sample is nothing to draw', () => {
	expect(chartOf([], 0, 1000)).toBeNull();
	expect(chartOf([filling(5, 1)], 0, 1000)).toBeNull();
});

test('RT1 RT15 the next eviction starts after the pins', () => {
	const run = (startUs: number, endUs: number) => ({ startUs, endUs });
	expect(oldestEvictableUs([], [])).toBeNull();
	expect(oldestEvictableUs([run(50, 90), run(10, 40)], [])).toBe(10);
	expect(oldestEvictableUs([run(10, 40), run(50, 90)], [run(5, 20), run(20, 30)])).toBe(30);
	expect(oldestEvictableUs([run(10, 40), run(50, 90)], [run(0, 45)])).toBe(50);
	expect(oldestEvictableUs([run(10, 40)], [run(0, 45)])).toBeNull();
});

test('a chart starts with its range, or with the first sample if that is later', () => {
	const day = 24 * 60 * MINUTE_MS;
	const nowMs = 40 * day;
	expect(chartFromMs([], day, nowMs)).toBe(nowMs - 30 * MINUTE_MS);
	expect(chartFromMs([filling(nowMs - 5 * MINUTE_MS, 1)], day, nowMs)).toBe(nowMs - 30 * MINUTE_MS);
	expect(chartFromMs([filling(nowMs - 90 * MINUTE_MS, 1)], day, nowMs)).toBe(
		nowMs - 90 * MINUTE_MS,
	);
	expect(chartFromMs([filling(nowMs - 3 * day, 1)], day, nowMs)).toBe(nowMs - day);
});
