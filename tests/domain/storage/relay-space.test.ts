import { describe, expect, test } from 'vitest';
import {
	ballastBytesOf,
	bytesToGive,
	defaultRelayCap,
	floorBytesOf,
	mayAdd,
	relayAllowanceOf,
	relayLevelOf,
	sharesOf,
} from '#domain/storage/relay-space.ts';

const GB = 1e9;
const MIB = 2 ** 20;

describe('the room for footage at a relay', () => {
	test('RS1 until an admin decides: a tenth of the volume, at most 20 GB', () => {
		expect(defaultRelayCap(32 * GB)).toBe(3.2 * GB);
		expect(defaultRelayCap(4000 * GB)).toBe(20 * GB);
	});

	test('RS1 index and ballast count against the cap', () => {
		const volume = { sizeBytes: 100 * GB, freeBytes: 90 * GB };
		const allowance = relayAllowanceOf(10 * GB, volume, 5 * GB, 1 * GB, 0.5 * GB);
		expect(allowance).toMatchObject({ bytes: 8.5 * GB, by: 'cap' });
		expect(allowance.highBytes).toBeLessThan(8.5 * GB);
		expect(allowance.lowBytes).toBeLessThan(allowance.highBytes);
		expect(allowance.roomyBytes).toBeLessThan(allowance.lowBytes);
	});

	test('RS2 equal shares; what an owner gives up is for the others', () => {
		const shares = (...limits: number[]) =>
			[...sharesOf(90, new Map(limits.map((limit, n) => [String(n), limit])))].map(
				([, share]) => share,
			);
		expect(shares(Infinity, Infinity, Infinity)).toEqual([30, 30, 30]);
		expect(shares(10, Infinity, Infinity)).toEqual([10, 40, 40]);
		expect(shares(1000, Infinity)).toEqual([45, 45]);
		expect(shares(10, 20)).toEqual([10, 20]);
		expect(sharesOf(90, new Map())).toEqual(new Map());
	});

	test('RS3 the ballast: 2 % of the volume, 4 to 256 MiB, an eighth of a tiny one', () => {
		expect(ballastBytesOf(2000 * GB)).toBe(256 * MIB);
		expect(ballastBytesOf(1000 * MIB)).toBe(20 * MIB);
		expect(ballastBytesOf(64 * MIB)).toBe(4 * MIB);
		expect(ballastBytesOf(8 * MIB)).toBe(1 * MIB);
	});

	test('RS4 what others fill, footage gives way to, down to a quarter of its cap', () => {
		const sizeBytes = 100 * GB;
		expect(floorBytesOf(sizeBytes)).toBe(2 * GB);
		const allowed = (freeBytes: number, usedBytes: number) =>
			relayAllowanceOf(20 * GB, { sizeBytes, freeBytes }, usedBytes, 0, 0);
		expect(allowed(80 * GB, 10 * GB)).toMatchObject({ bytes: 20 * GB, by: 'cap' });
		expect(allowed(1 * GB, 15 * GB)).toMatchObject({ bytes: 14 * GB, by: 'volume' });
		expect(allowed(0, 6 * GB)).toMatchObject({ bytes: 5 * GB, by: 'volume' });
		expect(allowed(0, 0)).toMatchObject({ bytes: 5 * GB, freeBytes: 0.25 * GB });
		expect(allowed(1 * GB, 15 * GB)).toMatchObject({ freeBytes: 1 * GB });
	});

	const use = (bytes: number, share: number, limit = Infinity) => ({ bytes, share, limit });
	const limits = { highBytes: 98, lowBytes: 96 };

	test('RS5 nobody gives while there is room; then whoever has more than its share', () => {
		const give = (...uses: ReturnType<typeof use>[]) =>
			Object.fromEntries(bytesToGive(new Map(uses.map((one, n) => [String(n), one])), limits));
		expect(give(use(97, 100))).toEqual({});
		expect(give(use(99, 100))).toEqual({ 0: 3 });
		expect(give(use(70, 50), use(29, 50))).toEqual({ 0: 3 });
		// Borrowed room is given back when its home needs it, and not before.
		expect(give(use(70, 50), use(20, 50))).toEqual({});
		expect(give(use(10, 10, 10), use(20, 90))).toEqual({ 0: 3 });
	});

	test('RS7 what is older than all that is kept is taken only while there is room', () => {
		const allowance = {
			bytes: 100,
			by: 'cap',
			highBytes: 98,
			lowBytes: 96,
			roomyBytes: 94,
			freeBytes: 10,
		} as const;
		expect(mayAdd(use(50, 100), 50, allowance, 10)).toEqual({ newer: true, older: true });
		expect(mayAdd(use(95, 100), 95, allowance, 1)).toEqual({ newer: true, older: false });
		expect(mayAdd(use(100, 100), 100, allowance, 1)).toEqual({ newer: false, older: false });
		// The others took what this home has a share of.
		expect(mayAdd(use(10, 50), 95, allowance, 1)).toEqual({ newer: true, older: true });
		expect(mayAdd(use(9, 10, 10), 50, allowance, 2)).toEqual({ newer: false, older: false });
	});

	test('RS6 levels by room, by time, and by what retention cannot reclaim', () => {
		const sizeBytes = 100 * GB;
		const level = (freeGB: number, fullInH: number | null, held: 'fine' | 'critical' = 'fine') =>
			relayLevelOf(
				{ sizeBytes, freeBytes: freeGB * GB },
				fullInH === null ? null : fullInH * 3_600_000,
				held,
			);
		expect([level(50, null), level(3, null), level(1.5, null), level(0.5, null)]).toEqual([
			...['fine', 'warn', 'high', 'critical'],
		]);
		expect([level(50, 20), level(50, 5), level(50, 0.5)]).toEqual(['warn', 'high', 'critical']);
		expect(level(50, 20, 'critical')).toBe('critical');
	});
});
