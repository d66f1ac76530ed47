import { describe, expect, test } from 'vitest';
import { settingChangesBetween } from '#domain/storage/setting-change.ts';
import {
	usageBucketOf,
	usageOfKind,
	USAGE_KINDS,
	storageLevelOf,
	type StorageUsage,
} from '#domain/storage/usage.ts';
import { outlookOf, rateChange, recordingRatesOf } from '#domain/storage/forecast.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { hourOf, mergedDeletion, type Deletion } from '#domain/storage/deletion.ts';
import { reserveBytesOf } from '#domain/storage/allowance.ts';

const MIB = 2 ** 20;
const HOUR_MS = 3_600_000;
const HOUR_US = HOUR_MS * 1000;
const DOOR = 'd'.repeat(32) as CameraId;
const YARD = 'e'.repeat(32) as CameraId;
const NOW = 1_790_000_000_000;

const full: StorageUsage = {
	...{ atMs: NOW, footage: 900, pinned: 0, previews: 30, index: 20, reserve: 40, other: 10 },
	allowed: 1000,
};

describe('storage usage', () => {
	test('SP12 the reserve is 5 %, and at most 16 MiB', () => {
		expect(reserveBytesOf(100 * MIB)).toBe(5 * MIB);
		expect(reserveBytesOf(320 * MIB)).toBe(16 * MIB);
		expect(reserveBytesOf(1e12)).toBe(16 * MIB);
	});

	test('SP14 a full ring is fine; pins and refused writes raise the level', () => {
		expect(storageLevelOf(full, null)).toBe('fine');
		const levels = [749, 750, 850, 920].map((pinned) => storageLevelOf({ ...full, pinned }, null));
		expect(levels).toEqual(['fine', 'warn', 'high', 'critical']);
		expect(storageLevelOf(full, NOW - 599_000)).toBe('emergency');
		expect(storageLevelOf(full, NOW - 600_000)).toBe('fine');
	});

	test('every byte belongs to one kind', () => {
		const filling = { ...full, pinned: 300 };
		const sum = USAGE_KINDS.reduce((bytes, kind) => bytes + usageOfKind(filling, kind), 0);
		expect(sum).toBe(900 + 30 + 20 + 40 + 10);
	});

	test('SP21 one bucket lasts ten minutes', () => {
		expect(usageBucketOf(usageBucketOf(NOW) + 599_999)).toBe(usageBucketOf(NOW));
		expect(usageBucketOf(usageBucketOf(NOW) + 600_000)).toBeGreaterThan(usageBucketOf(NOW));
	});
});

describe('the forecast', () => {
	const run = (camera: CameraId, fromH: number, toH: number, bytes: number) => ({
		...{ camera, bytes },
		startUs: NOW * 1000 + fromH * HOUR_US,
		endUs: NOW * 1000 + toH * HOUR_US,
	});

	test('SP16 uses the last hour of footage, by camera, without pauses', () => {
		const runs = [
			run(DOOR, -30, -20, 100e9),
			run(DOOR, -0.75, -0.5, 100e6),
			run(DOOR, -0.25, 0, 100e6),
			run(YARD, -48, -47, 50e6),
		];
		expect(recordingRatesOf(runs, NOW)).toEqual([
			{ camera: DOOR, bytesPerHour: 400e6 },
			{ camera: YARD, bytesPerHour: 50e6 },
		]);
		expect(recordingRatesOf([run(DOOR, -1 / 61, 0, 5e6)], NOW)).toEqual([]);
		// What was deleted from the middle of a run took its bytes along.
		const hole = { ...run(DOOR, -0.75, -0.25, 0), why: 'deleted' } as const;
		expect(recordingRatesOf([{ ...run(DOOR, -1, 0, 200e6), holes: [hole] }], NOW)).toEqual([
			{ camera: DOOR, bytesPerHour: 400e6 },
		]);
	});

	const filling: StorageUsage = {
		...{ atMs: NOW, footage: 0, pinned: 0, previews: 0, index: 0, reserve: 0, other: 0 },
		allowed: 200 * MIB,
	};
	const rates = [{ camera: DOOR, bytesPerHour: 600 * MIB }];

	test('SP17 ST3 full is when eviction starts, not minutes before', () => {
		const at = (footage: number) =>
			outlookOf({ ...filling, footage: footage * MIB }, rates, 1, null);
		expect(at(150).fullInMs).toBe(4 * 60_000);
		expect(at(180).fullInMs).toBe(0);
		expect(at(150).keepsMs).toBe(19 * 60_000);
		expect(at(180).keepsMs).toBe(19 * 60_000);
	});

	test('SP25 overhead, pins and days count alike in all numbers', () => {
		const more = { ...filling, previews: 30 * MIB, index: 10 * MIB, reserve: 5 * MIB };
		const full = outlookOf({ ...more, footage: 150 * MIB, pinned: 50 * MIB }, rates, 1, null);
		expect(full).toMatchObject({ usedBytes: 195 * MIB, allowedBytes: 200 * MIB, fullInMs: 0 });
		expect(full.keepsMs).toBe(10 * 60_000);
		// With days shorter than the room, storage never fills up.
		const days = outlookOf({ ...filling, allowed: 1e12 }, rates, 1, 2);
		expect(days).toMatchObject({ keepsMs: 48 * HOUR_MS, fullInMs: null });
		expect(outlookOf({ ...filling, footage: 190 * MIB }, rates, 1, 2).fullInMs).toBe(0);
	});

	test('SP25 before anything was recorded, the chosen quality gives the rate', () => {
		const none = outlookOf(filling, [], 600 * MIB, null);
		expect(none).toMatchObject({ keepsMs: 19 * 60_000, rates: [] });
	});

	test('SP18 a changed rate is reported with the last setting before it', () => {
		const steady = run(DOOR, -20, 0, 20 * 500e6);
		expect(rateChange([steady], [], NOW)).toBeNull();
		const runs = [run(DOOR, -20, -1, 19 * 500e6), run(DOOR, -1, 0, 1500e6)];
		const raised = { atMs: NOW - HOUR_MS, what: 'quality-raised' } as const;
		const early = { atMs: NOW - 40 * HOUR_MS, what: 'lens' } as const;
		const change = rateChange(runs, [early, raised], NOW);
		expect(change!.factor).toBeCloseTo(3);
		expect(change!.after).toEqual(raised);
		expect(rateChange(runs, [early], NOW)!.after).toBeNull();
		const less = [run(DOOR, -20, -1, 19 * 500e6), run(DOOR, -1, 0, 100e6)];
		expect(rateChange(less, [], NOW)!.factor).toBeCloseTo(0.2);
		// Nothing to compare with.
		expect(rateChange([run(DOOR, -1, 0, 1e9)], [], NOW)).toBeNull();
	});

	test('SP18 what changed between two settings', () => {
		const before = {
			...{ bitsPerSecond: 1e6, sound: false, lensId: null },
			...{ budgetBytes: 1e9, mostDays: null },
		};
		expect(settingChangesBetween(before, before)).toEqual([]);
		expect(settingChangesBetween(before, { ...before, bitsPerSecond: 2e6, sound: true })).toEqual([
			'quality-raised',
			'sound-on',
		]);
		expect(
			settingChangesBetween({ ...before, mostDays: 3 }, { ...before, budgetBytes: 2e9 }),
		).toEqual(['budget', 'age']);
	});
});

test('SP19 passes by one rule within an hour are merged', () => {
	const one: Deletion = {
		...{ rule: 'budget', firstMs: NOW, lastMs: NOW, segments: 60, bytes: 7e6 },
		span: { startUs: 10, endUs: 20 },
	} as const;
	const other = { ...one, firstMs: NOW + 60_000, lastMs: NOW + 60_000, span: null };
	expect(mergedDeletion(one, other)).toEqual({
		...{ rule: 'budget', firstMs: NOW, lastMs: NOW + 60_000, segments: 120, bytes: 14e6 },
		span: { startUs: 10, endUs: 20 },
	});
	expect(hourOf({ firstMs: 2 * HOUR_MS })).toBe(hourOf({ firstMs: 3 * HOUR_MS - 1 }));
});
