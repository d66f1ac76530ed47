import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Hole } from '#domain/footage/run.ts';
import type { IndexEntry } from '#domain/footage/index-page.ts';
import { stallsIn, withHole } from '#domain/footage/run-change.ts';

const someHole = fc
	.record({
		startUs: fc.nat(100),
		long: fc.integer({ min: 1, max: 20 }),
		why: fc.constantFrom('deleted' as const, 'damaged' as const),
	})
	.map(({ startUs, long, why }): Hole => ({ startUs, endUs: startUs + long, why }));

describe('holes of a run', () => {
	test('ST13 holes of one reason cover what was added, sorted and disjoint', () => {
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

describe('RC30 pauses between segments', () => {
	/** Segments of one second, `everyMs` apart, with longer pauses before some. */
	interface Given {
		everyMs?: number;
		lastMs?: number;
		pauses?: Record<number, number>;
		skip?: number;
	}
	function entries(
		count: number,
		{ everyMs = 1000, lastMs = 1000, pauses = {}, skip = 0 }: Given = {},
	): IndexEntry[] {
		let startUs = 0;
		return Array.from({ length: count }, (_, at): IndexEntry => {
			if (at > 0) startUs += (everyMs + (pauses[at] ?? 0)) * 1000;
			const seq = at + 1 + (at >= 5 ? skip : 0);
			const durationUs = lastMs * 1000;
			return { seq, startUs, durationUs, size: 1, place: at, sound: false, bad: false };
		});
	}
	const found = (all: readonly IndexEntry[]) =>
		stallsIn(all).map(({ startUs, endUs, why }) => [startUs / 1e6, endUs / 1e6, why]);

	test('are holes if longer than a second', () => {
		const all = entries(12, { pauses: { 1: 4000, 4: 150_000, 7: 1100, 9: 900, 10: 40 } });
		expect(found(all)).toEqual([
			[1, 5, 'stalled'],
			[8, 158, 'stalled'],
			[161, 162.1, 'stalled'],
		]);
	});

	test('are none if a slow lens makes them all the time, but a longer one is', () => {
		for (const everyMs of [1000, 2000, 4000]) {
			expect(found(entries(20, { everyMs, lastMs: 67 }))).toEqual([]);
		}
		const stalled = entries(20, { everyMs: 4000, lastMs: 67, pauses: { 10: 30_000 } });
		expect(found(stalled)).toEqual([[36.067, 70, 'stalled']]);
	});

	test('after a single-frame segment count where others are longer', () => {
		const all = entries(8, { pauses: { 3: 2000, 4: 2000 } }).map((one, at) =>
			at === 3 ? { ...one, durationUs: 67_000 } : one,
		);
		expect(found(all).map(([, , why]) => why)).toEqual(['stalled', 'stalled']);
	});

	test('with missing segments are damage, recorded elsewhere', () => {
		expect(found(entries(10, { pauses: { 5: 3000 }, skip: 3 }))).toEqual([]);
	});
});
