import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { selectClip } from '#domain/footage/clip.ts';
import {
	avcConfig,
	bareSample,
	parameterSetsOf,
	pictureSize,
	readAvcConfig,
	sameSets,
	unitsOf,
} from '#domain/media/h264.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Segment } from '#domain/footage/segment.ts';

const camera = 'c'.repeat(32) as CameraId;
const SECOND = 1_000_000;

/** Runs of one-second segments with pauses in between, some segments damaged. */
const footage = fc
	.array(
		fc.record({ count: fc.integer({ min: 1, max: 40 }), pause: fc.integer({ min: 0, max: 90 }) }),
		{
			minLength: 1,
			maxLength: 5,
		},
	)
	.chain((runs) => {
		const total = runs.reduce((sum, { count }) => sum + count, 0);
		return fc.array(fc.boolean(), { minLength: total, maxLength: total }).map((damage) => {
			const segments: Segment[] = [];
			let startUs = 100 * SECOND;
			for (const [run, { count, pause }] of runs.entries()) {
				for (let seq = 1; seq <= count; seq += 1) {
					const bad = damage[segments.length] === true && seq % 3 === 0;
					const facts = {
						camera,
						runNo: run + 1,
						seq,
						size: 100,
						sound: false,
					};
					segments.push({ ...facts, startUs, durationUs: SECOND, bad });
					startUs += SECOND;
				}
				startUs += pause * SECOND;
			}
			return segments;
		});
	});

describe('clip selection', () => {
	it('CL2 has no frame outside the span, and every good key frame inside it', () => {
		fc.assert(
			fc.property(
				footage,
				fc.integer({ min: 90 * SECOND, max: 500 * SECOND }),
				fc.integer({ min: SECOND, max: 300 * SECOND }),
				(segments, startUs, lengthUs) => {
					const endUs = startUs + lengthUs;
					const chosen = selectClip(segments, { startUs, endUs });
					const inside = segments.filter(
						(one) => !one.bad && one.startUs >= startUs && one.startUs < endUs,
					);
					expect(chosen?.segments.map(({ segment }) => segment) ?? []).toEqual(inside);
					if (chosen === null) return;
					expect(chosen.startUs).toBeGreaterThanOrEqual(startUs);
					expect(chosen.endUs).toBeLessThanOrEqual(endUs);
					expect(chosen.lengthUs).toBeLessThanOrEqual(lengthUs);
				},
			),
		);
	});

	it('CL3 counts the gaps between pieces', () => {
		const one = (runNo: number, seq: number, second: number): Segment => ({
			...{ camera, runNo, seq, size: 1, sound: false, bad: false },
			startUs: second * SECOND,
			durationUs: SECOND,
		});
		// The third run takes over where the second ends.
		const segments = [one(1, 1, 0), one(1, 2, 1), one(1, 4, 3), one(2, 1, 9), one(3, 1, 10)];
		expect(selectClip(segments, { startUs: 0, endUs: 20 * SECOND })?.gaps).toBe(2);
	});
});

describe('H.264', () => {
	const units = fc.array(
		fc
			.uint8Array({ minLength: 2, maxLength: 40 })
			// No start code inside and no zero at the end: encoders ensure both.
			.map((bytes) =>
				Uint8Array.from(bytes, (byte, at) => (at === 0 ? (byte & 31) | 0x60 : byte | 1)),
			),
		{ minLength: 1, maxLength: 8 },
	);
	const prefixed = (parts: readonly Uint8Array[]) =>
		Uint8Array.from(parts.flatMap((unit) => [0, 0, unit.length >> 8, unit.length & 255, ...unit]));
	const withCodes = (parts: readonly Uint8Array[]) =>
		Uint8Array.from(parts.flatMap((unit) => [0, 0, 0, 1, ...unit]));

	it('units are delimited by length and by start code alike', () => {
		fc.assert(
			fc.property(units, (parts) => {
				expect(unitsOf(prefixed(parts), 4).map((unit) => [...unit])).toEqual(
					parts.map((unit) => [...unit]),
				);
				expect(unitsOf(withCodes(parts), 'start-codes').map((unit) => [...unit])).toEqual(
					parts.map((unit) => [...unit]),
				);
			}),
		);
	});

	it('CL1 parameter sets are removed from samples and restored from the configuration', () => {
		const sps = new Uint8Array([0x67, 0x42, 0xc0, 0x1f, 1]);
		const pps = new Uint8Array([0x68, 0xce, 0x3c, 0x80]);
		const slice = new Uint8Array([0x65, 9, 9, 9]);
		const parts = unitsOf(prefixed([new Uint8Array([9, 16]), sps, pps, slice]), 4);
		expect([...bareSample(parts)]).toEqual([0, 0, 0, 4, ...slice]);
		const sets = parameterSetsOf(parts)!;
		const read = readAvcConfig(avcConfig(sets))!;
		expect(read.framing).toBe(4);
		expect(sameSets(read.sets!, sets)).toBe(true);
		expect(parameterSetsOf([slice, pps])).toBe(null);
	});

	it('truncated samples are refused', () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
				try {
					const found = unitsOf(bytes, 4);
					expect(found.reduce((sum, unit) => sum + unit.length + 4, 0)).toBe(bytes.length);
				} catch (error) {
					expect(error).toMatchObject({ kind: 'malformed' });
				}
			}),
		);
	});

	// Written by x264; all sizes but one need cropping.
	it.each([
		['6764001facd9405005bb011000000300100000030140f1831960', 1280, 720],
		['6742c00bd901419f9f011000000300100000030140f142a480', 320, 180],
		['674d4028eca03c0113f2e022000003000200000300281e30632c', 1920, 1080],
		['6764000cacd943029e7f011000000300100000030140f1429960', 180, 320],
	])('the size of %s', (hex, width, height) => {
		const sequence = [Uint8Array.from(hex.match(/../g)!, (pair) => Number.parseInt(pair, 16))];
		expect(pictureSize({ sequence, picture: [] })).toEqual({ width, height });
	});
});
