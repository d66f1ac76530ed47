import { describe, expect, test } from 'vitest';
import type { CameraId } from '#domain/base/ids.ts';
import { latestPast, mergeSeen } from '#domain/home/seen-device.ts';

const NOW = 1_800_000_000_000;
const [HALL, YARD] = ['a'.repeat(32), 'b'.repeat(32)] as [CameraId, CameraId];

describe('LV29 the newest plausible moment', () => {
	test.each([
		['none', [], null],
		['nothing known', [null, null], null],
		['one', [NOW - 5, null], NOW - 5],
		['the newest', [NOW - 5, NOW - 9], NOW - 5],
		['now', [NOW], NOW],
		['none ahead of our clock', [NOW + 1, NOW - 9], NOW - 9],
		['all ahead of our clock', [NOW + 1], null],
		['a clock that was never set', [0, -7], null],
		['not a number', [Number.NaN], null],
	] as const)('%s', (_, moments, last) => {
		expect(latestPast(NOW, ...moments)).toBe(last);
	});
});

describe('LV30 LV28 merging what two tabs know', () => {
	test.each([
		['nothing, and a report', undefined, false, false],
		['never, then recorded', false, true, true],
		['recorded, then claims never', true, false, true],
		['never, twice', false, false, false],
	] as const)('%s', (_, before, after, ever) => {
		const one = before === undefined ? undefined : { seenMs: NOW - 9, recorded: map(before) };
		const both = mergeSeen(NOW, one, { seenMs: NOW - 20, recorded: map(after) });
		expect(both.recorded.get(HALL)).toBe(ever);
		expect(both.seenMs).toBe(before === undefined ? NOW - 20 : NOW - 9);
	});

	test('a moment ahead of our clock is replaced', () => {
		const ahead = { seenMs: NOW + 86_400_000, recorded: new Map([[YARD, true]]) };
		const both = mergeSeen(NOW, ahead, { seenMs: NOW - 1, recorded: new Map() });
		expect(both).toEqual({ seenMs: NOW - 1, recorded: new Map([[YARD, true]]) });
	});

	function map(ever: boolean): ReadonlyMap<CameraId, boolean> {
		return new Map([[HALL, ever]]);
	}
});
