import { describe, expect, test } from 'vitest';
import { isConsistent, mayDeleteUnnamed, numbersNotIn } from '#domain/storage/store-check.ts';
import { endUsOf, type IndexEntry } from '#domain/footage/index-page.ts';
import type { Hole } from '#domain/footage/run.ts';
import { randomFrom } from '../../support/random.ts';

const T0 = 1_800_000_000_000_000;
const entry = (seq: number, startUs = T0 + seq * 1_000_000): IndexEntry => ({
	...{ seq, startUs, durationUs: 1_000_000, size: 100 + seq },
	...{ place: 10 + seq, sound: false, bad: false },
});
const entries = [1, 2, 3, 4].map((seq) => entry(seq));
const run = (of: readonly IndexEntry[], holes: readonly Hole[] = []) => ({
	...{ holes, initSize: 50, firstSeq: of[0]!.seq, lastSeq: of.at(-1)!.seq },
	startUs: of[0]!.startUs,
	endUs: endUsOf(of.at(-1)!),
	bytes: of.reduce((sum, { size }) => sum + size, 50),
});

describe('a run and its index', () => {
	test('CK1 CK2 are consistent', () => {
		expect(isConsistent(run(entries), entries)).toBe(true);
	});

	test.each([
		['bytes', { bytes: 1 }],
		['firstSeq', { firstSeq: 0 }],
		['lastSeq', { lastSeq: 3 }],
		['startUs', { startUs: T0 }],
		['endUs', { endUs: T0 + 9_000_000 }],
	])('CK2 %s that contradicts the pages is found', (_, wrong) => {
		expect(isConsistent({ ...run(entries), ...wrong }, entries)).toBe(false);
	});

	test('CK1 an order that does not rise is found', () => {
		const [a, b, c, d] = entries as [IndexEntry, IndexEntry, IndexEntry, IndexEntry];
		expect(isConsistent(run(entries), [a, c, b, d])).toBe(false);
		expect(isConsistent(run(entries), [a, { ...b, startUs: a.startUs - 1 }, c, d])).toBe(false);
		expect(isConsistent(run(entries), [a, { ...b, place: a.place }, c, d])).toBe(false);
	});

	test('CK1 a missing number is found unless a hole covers it, at the front, inside and at the end', () => {
		const hole = (from: IndexEntry, to: IndexEntry): Hole => ({
			...{ startUs: from.startUs, endUs: endUsOf(to), why: 'damaged' },
		});
		const cases: readonly (readonly [readonly IndexEntry[], Hole])[] = [
			[entries.slice(1), hole(entries[0]!, entries[0]!)],
			[[entries[0]!, entries[3]!], hole(entries[1]!, entries[2]!)],
			[entries.slice(0, 2), hole(entries[2]!, entries[3]!)],
		];
		for (const [left, said] of cases) {
			const bytes = left.reduce((sum, { size }) => sum + size, 50);
			expect(isConsistent({ ...run(entries), bytes }, left)).toBe(false);
			expect(isConsistent({ ...run(entries), bytes, holes: [said] }, left)).toBe(true);
		}
	});
});

describe('places', () => {
	test('CK4 unreferenced ones are found, wherever they are', () => {
		const below = randomFrom(20261124);
		for (let round = 0; round < 500; round += 1) {
			const all = Array.from({ length: 60 }, (_, n) => n + 1).filter(() => below(10) < 7);
			const named = Array.from({ length: 60 }, (_, n) => n + 1).filter(() => below(10) < 7);
			const from = below(20);
			const batch = all.filter((one) => one > from);
			expect(numbersNotIn(batch, named, from)).toEqual(batch.filter((one) => !named.includes(one)));
		}
	});

	test('CK10 more than half unreferenced means that the index is broken', () => {
		expect(mayDeleteUnnamed(5, 10)).toBe(true);
		expect(mayDeleteUnnamed(6, 10)).toBe(false);
		expect(mayDeleteUnnamed(0, 0)).toBe(true);
	});
});
