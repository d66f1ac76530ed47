import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import {
	buildEntries,
	ENTRY_BYTES,
	parseEntries,
	salvageEntries,
	segmentOf,
	withEntry,
	type IndexEntry,
} from '#domain/footage/index-page.ts';

const step = fc.record({
	us: fc.nat(5_000_000),
	places: fc.integer({ min: 1, max: 9 }),
	durationUs: fc.nat(60_000_000),
	size: fc.nat(0xffff_ffff),
	sound: fc.boolean(),
	bad: fc.boolean(),
});

/** A page of entries as a recorder writes them. */
const page = fc
	.record({
		seq: fc.integer({ min: 1, max: 2 ** 40 }),
		startUs: fc.nat(2 ** 52),
		place: fc.nat(2 ** 50),
		steps: fc.array(step, { minLength: 1, maxLength: 70 }),
	})
	.map(({ seq, startUs, place, steps }): IndexEntry[] => {
		let [us, at] = [startUs, place];
		return steps.map(({ us: later, places, ...rest }, index) => {
			us += later;
			at += places;
			return { seq: seq + index, startUs: us, place: at, ...rest };
		});
	});

describe('index page', () => {
	// The expected bytes come from another implementation (Python’s struct and zlib).
	test('layout of docs/spec/store.md, byte by byte', () => {
		const bytes = buildEntries([
			{
				...{ seq: 258, startUs: 1_800_000_000_123_456, durationUs: 1_000_000 },
				...{ size: 140_000, place: 77, sound: true, bad: false },
			},
		]);
		expect(Buffer.from(bytes).toString('hex')).toBe(
			'000000000000010200066517289a6240000f4240000222e0000000000000004d000100004507bda6',
		);
	});

	test('parse is the inverse of build', () => {
		fc.assert(
			fc.property(page, (entries) => {
				expect(parseEntries(buildEntries(entries))).toEqual(entries);
			}),
		);
	});

	test('ST34 flags of a newer version are kept, and no part of a segment', () => {
		// From Python’s struct and zlib: sound, deleted, and bits 3 and 15.
		const hex = '000000000000010200066517289a6240000f4240000222e0000000000000004d800d0000a144f2f9';
		const entry: IndexEntry = {
			...{ seq: 258, startUs: 1_800_000_000_123_456, durationUs: 1_000_000, size: 140_000 },
			...{ place: 77, sound: true, bad: false, deleted: true, newerFlags: 0x8008 },
		};
		expect(parseEntries(Buffer.from(hex, 'hex'))).toEqual([entry]);
		expect(Buffer.from(buildEntries([entry])).toString('hex')).toBe(hex);
		expect(segmentOf('c'.repeat(32) as CameraId, 1, entry)).not.toHaveProperty('newerFlags');
	});

	test('appending an entry equals building the page again', () => {
		fc.assert(
			fc.property(page, (entries) => {
				const grown = entries.reduce(withEntry, new Uint8Array(0));
				expect(grown).toEqual(buildEntries(entries));
			}),
		);
	});

	test('ST16 any flipped bit is detected', () => {
		fc.assert(
			fc.property(page, fc.nat(), fc.nat(7), (entries, where, bit) => {
				const bytes = buildEntries(entries);
				const at = where % bytes.length;
				bytes[at]! ^= 1 << bit;
				expect(() => parseEntries(bytes)).toThrow(Fault);
			}),
		);
	});

	test('ST17 only the entry with the flipped bit is lost', () => {
		fc.assert(
			fc.property(page, fc.nat(), fc.nat(7), (entries, where, bit) => {
				const bytes = buildEntries(entries);
				const at = where % bytes.length;
				bytes[at]! ^= 1 << bit;
				const hit = Math.floor(at / ENTRY_BYTES);
				expect(salvageEntries(bytes)).toEqual({
					entries: entries.filter((_, index) => index !== hit),
					lost: 1,
				});
			}),
		);
	});

	test('ST17 complete entries of a truncated page stay', () => {
		fc.assert(
			fc.property(page, fc.nat(), (entries, where) => {
				const length = where % (entries.length * ENTRY_BYTES);
				const whole = Math.floor(length / ENTRY_BYTES);
				const { entries: kept } = salvageEntries(buildEntries(entries).subarray(0, length));
				expect(kept).toEqual(entries.slice(0, whole));
			}),
		);
	});

	test('ST17 arbitrary bytes never throw', () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
				expect(salvageEntries(bytes).entries).toEqual([]);
			}),
		);
	});

	test('a repeated or misordered entry is lost', () => {
		const [a, b, c] = [1, 2, 3].map((seq) => ({
			...{ seq, startUs: seq * 10, durationUs: 10, size: 5, place: seq, sound: false, bad: false },
		}));
		const { entries, lost } = salvageEntries(buildEntries([b!, a!, b!, c!]));
		expect(entries.map(({ seq }) => seq)).toEqual([2, 3]);
		expect(lost).toBe(2);
	});
});
