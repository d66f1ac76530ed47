import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Hole } from '#domain/run.ts';
import { withHole } from '#domain/run-change.ts';

const someHole = fc
	.record({
		startUs: fc.nat(100),
		long: fc.integer({ min: 1, max: 20 }),
		why: fc.constantFrom('deleted' as const, 'damaged' as const),
	})
	.map(({ startUs, long, why }): Hole => ({ startUs, endUs: startUs + long, why }));

describe('holes of a run', () => {
	test('ST13 those of one reason cover what was put in, sorted, and never touch', () => {
		fc.assert(
			fc.property(fc.array(someHole, { maxLength: 12 }), (given) => {
				const holes = given.reduce<Hole[]>((all, one) => withHole(all, one), []);
				expect(holes).toEqual(holes.toSorted((a, b) => a.startUs - b.startUs));
				for (const why of ['deleted', 'damaged'] as const) {
					const own = holes.filter((one) => one.why === why);
					for (const [index, one] of own.slice(1).entries()) {
						expect(one.startUs).toBeGreaterThan(own[index]!.endUs);
					}
					for (let us = 0; us < 130; us += 1) {
						const inside = (one: Hole) => one.why === why && one.startUs <= us && us < one.endUs;
						expect(own.some(inside)).toBe(given.some(inside));
					}
				}
			}),
		);
	});
});
