import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FragmentClock, type TrackTiming } from '#domain/media/fragment-clock.ts';

const SCALE = 30_000;
const video = (decodeTicks: number, sampleTicks: number[]): TrackTiming => ({
	handler: 'vide',
	decodeTicks,
	sampleTicks,
	startsWithSync: true,
});
const sound = (samples: number): TrackTiming => ({
	handler: 'soun',
	decodeTicks: 0,
	sampleTicks: Array.from({ length: samples }, () => 2880),
	startsWithSync: true,
});

describe('FragmentClock', () => {
	test('RC5 the last frame, written as 1/30 s, lasts as long as the others', () => {
		const clock = new FragmentClock(SCALE, 15);
		const times = clock.next([video(0, [2000, 2000, 2000, 999])]);
		expect(times).toMatchObject({ mediaTicks: 0, durationTicks: 8000, sound: false });
	});

	test('RC5 durations of a run add up to its wall time, whatever the jitter', () => {
		fc.assert(
			fc.property(
				fc.array(fc.array(fc.integer({ min: 1900, max: 2100 }), { minLength: 2, maxLength: 30 }), {
					minLength: 1,
					maxLength: 40,
				}),
				(groups) => {
					const clock = new FragmentClock(SCALE, 15);
					let at = 0;
					let sum = 0;
					for (const frames of groups) {
						const times = clock.next([video(at, [...frames.slice(0, -1), 999])]);
						sum += times?.durationTicks ?? 0;
						at += frames.reduce((total, ticks) => total + ticks, 0);
					}
					expect(Math.abs(sum - at)).toBeLessThanOrEqual(2100);
				},
			),
		);
	});

	test('RC4 accepts any order of tracks, tracks without samples, and an unknown track', () => {
		const clock = new FragmentClock(SCALE, 15);
		const empty: TrackTiming = { ...sound(0), handler: 'other' };
		expect(clock.next([sound(3), empty, video(0, [2000, 999])])).toMatchObject({ sound: true });
		expect(clock.next([video(4000, [2000, 999]), sound(0)])).toMatchObject({
			mediaTicks: 4000,
			sound: false,
		});
	});

	test('RC6 without a frame there is no place on the timeline', () => {
		const clock = new FragmentClock(SCALE, 15);
		expect(clock.next([video(0, []), sound(4)])).toBe(null);
		expect(clock.next([])).toBe(null);
	});

	test('RC5 a hiccup between fragments counts as the last frame’s time on show', () => {
		const clock = new FragmentClock(SCALE, 15);
		const first = clock.next([video(0, [2000, 2000, 999])]);
		// 280 ms late.
		const second = clock.next([video(14_400, [2000, 2000, 999])]);
		expect((first?.durationTicks ?? 0) + (second?.durationTicks ?? 0)).toBe(20_400);
	});

	test('RC5 time without frames stays a hole and is in no duration', () => {
		const clock = new FragmentClock(SCALE, 15);
		clock.next([video(0, [2000, 2000, 999])]);
		expect(clock.next([video(90_000, [2000, 2000, 999])])).toMatchObject({
			mediaTicks: 90_000,
			durationTicks: 6000,
		});
	});

	test('RC5 a fragment with one frame uses the previous rate', () => {
		const clock = new FragmentClock(SCALE, 15);
		clock.next([video(0, [2000, 2000, 999])]);
		expect(clock.next([video(6000, [999])])).toMatchObject({ durationTicks: 2000 });
	});

	test('a track without a timescale is malformed', () => {
		expect(() => new FragmentClock(0, 15)).toThrow('timescale');
	});
});
