import { describe, expect, test } from 'vitest';
import { defaultBudget, bytesToFree, bytesToFreeAfterQuota } from '#domain/storage/retention.ts';

const GIB = 2 ** 30;

describe('retention', () => {
	test('RT7 frees exactly what the next write lacks', () => {
		expect(bytesToFree(100, 20, 120)).toBe(0);
		expect(bytesToFree(100, 21, 120)).toBe(1);
		expect(bytesToFree(500, 10, 120)).toBe(390);
		expect(bytesToFree(0, 10, 0)).toBe(10);
	});

	test('RT8 60 % of the estimate, within limits', () => {
		expect(defaultBudget(10 * GIB)).toBe(6 * GIB);
		expect(defaultBudget(1000 * GIB)).toBe(32 * GIB);
		for (const nothing of [null, 0, -1, Number.NaN, Infinity]) {
			expect(defaultBudget(nothing)).toBe(GIB);
		}
	});

	test('RT9 at least four segments or 1 MiB', () => {
		expect(bytesToFreeAfterQuota(100)).toBe(2 ** 20);
		expect(bytesToFreeAfterQuota(2 ** 20)).toBe(2 ** 22);
	});
});
