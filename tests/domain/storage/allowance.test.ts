import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	allowedBytes,
	budgetAtPosition,
	capAfterRefusal,
	MIN_BUDGET_BYTES,
	sliderPositionOf,
} from '#domain/storage/allowance.ts';

const DAY_MS = 86_400_000;
const NOW = 1_790_000_000_000;

describe('the learned cap', () => {
	it('SP1 is 90 % of what was actually used', () => {
		expect(capAfterRefusal(1000, NOW)).toEqual({ bytes: 900, refusedMs: NOW });
	});

	it('SP2 grows by 5 % of the budget per whole day, and ignores a clock set back', () => {
		const cap = capAfterRefusal(100_000, NOW);
		const allowed = (days: number) => allowedBytes(200_000, cap, NOW + days * DAY_MS);
		expect([0, 0.9, 1, 2, -40].map(allowed)).toEqual([90_000, 90_000, 100_000, 110_000, 90_000]);
	});

	it('SP3 never exceeds the budget, and grows back to it', () => {
		const sizes = fc.integer({ min: 1, max: 1e12 });
		fc.assert(
			fc.property(sizes, sizes, fc.integer({ min: 0, max: 4000 }), (budget, used, days) => {
				const cap = capAfterRefusal(used, NOW);
				const allowed = allowedBytes(budget, cap, NOW + days * DAY_MS);
				expect(allowed).toBeLessThanOrEqual(budget);
				expect(allowed).toBeGreaterThanOrEqual(Math.min(budget, cap.bytes));
			}),
		);
		expect(allowedBytes(1000, capAfterRefusal(1000, NOW), NOW + 3 * DAY_MS)).toBe(1000);
		expect(allowedBytes(1000, null, NOW)).toBe(1000);
	});
});

describe('the slider', () => {
	it('SP10 every position is a round budget, rising, and maps back', () => {
		const most = fc.integer({ min: 1e9, max: 1e13 });
		fc.assert(
			fc.property(most, fc.double({ min: 0, max: 1, noNaN: true }), (mostBytes, place) => {
				const bytes = budgetAtPosition(place, mostBytes);
				expect(bytes).toBeGreaterThanOrEqual(MIN_BUDGET_BYTES);
				expect(bytes).toBeLessThanOrEqual(mostBytes);
				expect(budgetAtPosition(Math.min(1, place + 0.05), mostBytes)).toBeGreaterThanOrEqual(
					bytes,
				);
				expect(Math.abs(sliderPositionOf(bytes, mostBytes) - place)).toBeLessThan(0.05);
			}),
		);
		expect(budgetAtPosition(0, 10e9)).toBe(50e6);
		expect(budgetAtPosition(1, 10e9)).toBe(10e9);
		expect(sliderPositionOf(1, 10e9)).toBe(0);
	});
});
