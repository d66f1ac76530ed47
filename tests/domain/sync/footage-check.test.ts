import { describe, expect, test } from 'vitest';
import type { CameraId } from '#domain/base/ids.ts';
import type { Segment } from '#domain/footage/segment.ts';
import {
	holesBetween,
	isBefore,
	isRemoved,
	isWholeMinutes,
	stillKept,
} from '#domain/sync/footage-check.ts';

const T0 = 1_800_000_000_000_000;
const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;

function segment(seq: number, startUs = T0 + (seq - 1) * SECOND): Segment {
	const camera = 'c3'.repeat(16) as CameraId;
	const rest = { size: 9, sound: false, bad: false };
	return { ...rest, camera, runNo: 7, seq, startUs, durationUs: SECOND };
}

const hole = (first: number, last: number) => ({
	...{ runNo: 7, first, last },
	...{ startUs: T0 + (first - 1) * SECOND, endUs: T0 + last * SECOND },
});

describe('SY46 numbers that are not there', () => {
	test('are found between their neighbours, with the time that is left out', () => {
		expect(holesBetween([1, 2, 3].map((seq) => segment(seq)))).toEqual([]);
		expect(holesBetween([1, 2, 5, 6, 8].map((seq) => segment(seq)))).toEqual([
			hole(3, 4),
			hole(7, 7),
		]);
		// Neighbours that overlap: a hole lasts at least a microsecond.
		const [found] = holesBetween([segment(1), segment(3, T0 + 10)]);
		expect(found).toMatchObject({ first: 2, last: 2, startUs: T0 + 10, endUs: T0 + 11 });
	});

	test('below the oldest that the camera kept none is named, and of one across it the rest', () => {
		expect(stillKept(hole(3, 9), { runNo: 8, seq: 1 })).toBeNull();
		expect(stillKept(hole(3, 9), { runNo: 7, seq: 10 })).toBeNull();
		expect(stillKept(hole(3, 9), { runNo: 7, seq: 5 })).toEqual(hole(5, 9));
		expect(stillKept(hole(3, 9), { runNo: 7, seq: 3 })).toEqual(hole(3, 9));
		expect(stillKept(hole(3, 9), { runNo: 6, seq: 900 })).toEqual(hole(3, 9));
	});

	test('a removal accounts for the segments that it touches, and for no more', () => {
		const span = (from: number, to: number) => ({
			startUs: T0 + from * SECOND,
			endUs: T0 + to * SECOND,
		});
		// Numbers 11 to 20 are seconds 10 to 20.
		expect(isRemoved(hole(11, 20), [span(10.5, 19.5)])).toBe(true);
		expect(isRemoved(hole(11, 20), [span(15, 19.5), span(10.5, 15)])).toBe(true);
		expect(isRemoved(hole(11, 20), [span(0, 100)])).toBe(true);
		expect(isRemoved(hole(11, 20), [])).toBe(false);
		expect(isRemoved(hole(11, 20), [span(0, 10)])).toBe(false);
		expect(isRemoved(hole(11, 20), [span(10.5, 16)])).toBe(false);
		expect(isRemoved(hole(11, 20), [span(14, 19.5)])).toBe(false);
		expect(isRemoved(hole(11, 20), [span(10, 13), span(16, 20)])).toBe(false);
	});

	test('whole minutes are what the choice of what to copy leaves out', () => {
		const at = (fromS: number, toS: number) => ({
			...{ runNo: 7, first: 1, last: Math.round(toS - fromS) },
			...{ startUs: T0 + fromS * SECOND, endUs: T0 + toS * SECOND },
		});
		expect(T0 % MINUTE).toBe(0);
		expect(isWholeMinutes(at(0.4, 120.3))).toBe(true);
		expect(isWholeMinutes(at(0.4, 130))).toBe(false);
		expect(isWholeMinutes(at(30, 120))).toBe(false);
	});

	test('places are in the order of recording: run, then segment', () => {
		expect(isBefore({ runNo: 1, seq: 9 }, { runNo: 2, seq: 1 })).toBe(true);
		expect(isBefore({ runNo: 2, seq: 1 }, { runNo: 2, seq: 1 })).toBe(false);
		expect(isBefore({ runNo: 2, seq: 1 }, { runNo: 1, seq: 9 })).toBe(false);
	});
});
