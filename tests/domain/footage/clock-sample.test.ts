import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasClockStepped, clockStepMs, wallUsAt, wallUsOf } from '#domain/footage/clock-sample.ts';
import { Fault } from '#domain/base/fault.ts';

describe('clock', () => {
	test('CW2 a monotonic time becomes wall time by the offset of both clocks', () => {
		const reading = { wallMs: 1_800_000_000_500, monotonicMs: 2500.25 };
		expect(wallUsAt(reading, 2500.25)).toBe(1_800_000_000_500_000);
		expect(wallUsAt(reading, 2400)).toBe(1_800_000_000_399_750);
		expect(wallUsAt({ wallMs: 0, monotonicMs: 900 }, 100)).toBe(0);
	});

	test('CW3 the exact quotient, rounded down once', () => {
		fc.assert(
			fc.property(
				fc.nat(2 ** 52),
				fc.nat(2 ** 40),
				fc.integer({ min: 1, max: 10 ** 7 }),
				(anchor, ticks, scale) => {
					const us = BigInt(wallUsOf(anchor, ticks, scale) - anchor);
					const exact = BigInt(ticks) * 1_000_000n;
					fc.pre(exact / BigInt(scale) < 2n ** 52n);
					expect(us * BigInt(scale) <= exact).toBe(true);
					expect((us + 1n) * BigInt(scale) > exact).toBe(true);
				},
			),
		);
	});

	test('CW3 a frame’s time is exact after ten days, too', () => {
		const ticks = 10 * 24 * 3600 * 30_000 + 1001;
		expect(wallUsOf(5, ticks, 30_000)).toBe(5 + 864_000_000_000 + 33_366);
		expect(() => wallUsOf(0, -1, 1000)).toThrow(Fault);
		expect(() => wallUsOf(0, 1, 0)).toThrow(Fault);
	});

	test('CW5 a monotonic clock that stopped while the machine slept is a step', () => {
		const before = { wallMs: 1_000_000, monotonicMs: 50 };
		const awake = { wallMs: 1_000_000 + 3_600_000, monotonicMs: 60 };
		expect(hasClockStepped(before, awake)).toBe(true);
	});

	test('CW4 more than two seconds is a step, either way; elapsed time is none', () => {
		const before = { wallMs: 1_000_000, monotonicMs: 50 };
		const after = (passed: number, set: number) => ({
			wallMs: 1_000_000 + passed + set,
			monotonicMs: 50 + passed,
		});
		fc.assert(
			fc.property(fc.nat(10 ** 9), fc.integer({ min: -(10 ** 9), max: 10 ** 9 }), (passed, set) => {
				expect(clockStepMs(before, after(passed, set))).toBe(set);
				expect(hasClockStepped(before, after(passed, set))).toBe(Math.abs(set) > 2000);
			}),
		);
	});
});
