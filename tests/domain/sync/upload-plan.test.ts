import { describe, expect, test } from 'vitest';
import { bytesBefore, eventMinutes, isWanted, unsavedInMs } from '#domain/sync/upload-plan.ts';

const MINUTE_US = 60_000_000;
const HOUR_MS = 3_600_000;
const NOW = 100_000;
const nowUs = NOW * MINUTE_US + 1;

describe('SY20 what is copied', () => {
	test('everything, or nothing', () => {
		const events = new Set([1]);
		for (const minute of [1, NOW]) {
			expect(isWanted('everything', minute, events, nowUs)).toBe(true);
			expect(isWanted('nothing', minute, events, nowUs)).toBe(false);
		}
	});

	test('the last day, and of what is older the minutes around events', () => {
		const events = new Set(eventMinutes([5000 * MINUTE_US + 59_999_999, 5000 * MINUTE_US]));
		const wanted = [4998, 4999, 5000, 5001, 5002, NOW - 1441, NOW - 1440, NOW].filter((minute) =>
			isWanted('events', minute, events, nowUs),
		);
		expect(wanted).toEqual([4999, 5000, 5001, NOW - 1440, NOW]);
	});

	test('the newest event comes first', () => {
		expect(eventMinutes([0, 9 * MINUTE_US])).toEqual([8, 9, 10, -1, 0, 1]);
	});
});

describe('SY23 what will be deleted without a copy', () => {
	const rates = { freeBytes: 300, savedFirstBytes: 100 };

	test('nothing while uploading keeps up', () => {
		expect(unsavedInMs({ ...rates, recordedPerHour: 50, uploadedPerHour: 50 })).toBeNull();
		expect(unsavedInMs({ ...rates, recordedPerHour: 0, uploadedPerHour: 0 })).toBeNull();
	});

	test('after the free room and what is saved and older, at the rate of recording', () => {
		const slow = { recordedPerHour: 200, uploadedPerHour: 20 };
		expect(unsavedInMs({ ...rates, ...slow })).toBe(2 * HOUR_MS);
		expect(unsavedInMs({ ...slow, freeBytes: 0, savedFirstBytes: 0 })).toBe(0);
	});

	test('runs count by their share of time', () => {
		const run = { startUs: 100, endUs: 200, bytes: 1000 };
		expect(bytesBefore([run, { ...run, endUs: 100 }], 150)).toBe(500);
		expect(bytesBefore([run], 50)).toBe(0);
		expect(bytesBefore([run], 900)).toBe(1000);
	});
});
