import { describe, expect, test } from 'vitest';
import {
	handAt,
	handStep,
	picturesOf,
	pictureStep,
	type StepPicture,
} from '#domain/timeline/in-step.ts';

const NOON = Date.parse('2026-11-29T12:00:00Z');
const MINUTE = 60_000;

const span = (fromMs: number, toMs: number) => ({ startUs: fromMs * 1000, endUs: toMs * 1000 });
/** A minute of footage, a minute without, a minute of footage; the hand is 10 s into it. */
const footage = [span(NOON, NOON + MINUTE), span(NOON + 2 * MINUTE, NOON + 3 * MINUTE)];
const HAND = NOON + 10_000;

/** A picture that is `offMs` ahead of the hand. */
const picture = (kind: StepPicture['kind'], offMs = 0, more: Partial<StepPicture> = {}) => ({
	...{ footage, kind, atMs: HAND + offMs, seekMs: 300, rate: 1 },
	...more,
});
const step = (given: StepPicture, handMs = HAND, rate = 1) => pictureStep(given, handMs, rate);

describe('the clock', () => {
	test('PB52 shows wall time at its rate, and stands at rate 0', () => {
		const clock = { wallMs: NOON, sinceMs: 5000, rate: 2 };
		expect(handAt(clock, 5000)).toBe(NOON);
		expect(handAt(clock, 6500)).toBe(NOON + 3000);
		expect(handAt({ ...clock, rate: 0 }, 6500)).toBe(NOON);
	});
});

describe('a picture', () => {
	test('PB52 near the hand is left alone, slightly off it plays faster or slower', () => {
		for (const offMs of [-30, 0, 30])
			expect(step(picture('moving', offMs))).toMatchObject({ do: 'nothing' });
		const rates = [-900, -200, -100, 100, 200].map((offMs) => step(picture('moving', offMs)));
		expect(rates).toEqual(
			[1.25, 1.125, 1.0625, 0.9375, 0.875].map((rate) => ({ do: 'rate', rate })),
		);
		// At twice the speed, twice the distance is the same.
		expect(step(picture('moving', -400, { rate: 2 }), HAND, 2)).toEqual({ do: 'rate', rate: 2.25 });
		expect(step(picture('moving', 50, { rate: 2 }), HAND, 2)).toEqual({ do: 'nothing' });
	});

	test('PB52 back in step, it plays at the rate of the hand again', () => {
		expect(step(picture('moving', 10, { rate: 1.1 }))).toEqual({ do: 'rate', rate: 1 });
		// Almost the same is not worth a change.
		expect(step(picture('moving', -100, { rate: 1.06 }))).toEqual({ do: 'nothing' });
	});

	test('PB52 far ahead it waits for the hand, far behind it seeks to where the hand will be', () => {
		expect(step(picture('moving', 300))).toEqual({ do: 'pause' });
		expect(step(picture('moving', -1100))).toEqual({ do: 'seek', toMs: HAND + 300 });
		expect(step(picture('moving', -1100, { rate: 2 }), HAND, 2).do).toBe('rate');
		expect(step(picture('moving', -9000, { rate: 4 }), HAND, 4)).toEqual({
			...{ do: 'seek', toMs: HAND + 1200 },
		});
		// Never beyond the footage that it is in.
		const late = NOON + MINUTE - 100;
		expect(step(picture('moving', 0, { atMs: late - 5000 }), late)).toEqual({
			...{ do: 'seek', toMs: NOON + MINUTE - 1 },
		});
	});

	test('PB52 one that stands starts when the hand comes, and seeks when it has passed', () => {
		expect(step(picture('still', 5000))).toEqual({ do: 'nothing' });
		expect(step(picture('still', 20))).toEqual({ do: 'play' });
		expect(step(picture('still', -200))).toEqual({ do: 'play' });
		expect(step(picture('still', -300))).toEqual({ do: 'seek', toMs: HAND + 300 });
		expect(step(picture('still', 0, { atMs: null }))).toEqual({ do: 'seek', toMs: HAND + 300 });
	});

	test('PB53 in a gap it stops and stands ready where the gap ends', () => {
		const inGap = NOON + 90_000;
		const nextMs = NOON + 2 * MINUTE;
		expect(step(picture('moving'), inGap)).toEqual({ do: 'pause' });
		expect(step(picture('still'), inGap)).toEqual({ do: 'seek', toMs: nextMs });
		expect(step(picture('still', 0, { atMs: nextMs }), inGap)).toEqual({ do: 'nothing' });
		expect(step(picture('still', 0, { atMs: nextMs }), nextMs)).toEqual({ do: 'play' });
		expect(step(picture('moving'), NOON + 4 * MINUTE)).toEqual({ do: 'pause' });
		expect(step(picture('still'), NOON + 4 * MINUTE)).toEqual({ do: 'nothing' });
	});

	test('PB53 what seeks, has just begun to play or has failed is left alone', () => {
		for (const kind of ['busy', 'new', 'failed'] as const)
			expect(step(picture(kind, -9000))).toEqual({ do: 'nothing' });
	});
});

describe('the hand', () => {
	const busy = picture('busy', 0, { atMs: null });
	const elsewhere = picture('moving', 0, {
		footage: [span(NOON + 20 * MINUTE, NOON + 21 * MINUTE)],
	});

	test('PB54 waits for all after a jump, later only while none is ready', () => {
		expect(handStep([picture('still'), busy], HAND, true)).toEqual({ do: 'wait' });
		expect(handStep([picture('still'), busy], HAND, false)).toEqual({ do: 'run' });
		expect(handStep([busy, busy], HAND, false)).toEqual({ do: 'wait' });
		expect(handStep([picture('new', 0, { atMs: null })], HAND, true)).toEqual({ do: 'run' });
	});

	test('PB53 is held up by none that has a gap or has failed', () => {
		expect(handStep([picture('still'), elsewhere], HAND, true)).toEqual({ do: 'run' });
		expect(handStep([picture('still'), picture('failed')], HAND, true)).toEqual({ do: 'run' });
		expect(handStep([busy, picture('failed')], HAND, false)).toEqual({ do: 'wait' });
		expect(handStep([picture('failed'), elsewhere], HAND, false)).toEqual({ do: 'fail' });
	});

	test('PB55 skips what no picture has, and ends after all footage', () => {
		const inGap = NOON + 90_000;
		expect(handStep([picture('still'), elsewhere], inGap, false)).toEqual({
			...{ do: 'skip', toMs: NOON + 2 * MINUTE },
		});
		expect(handStep([picture('still'), elsewhere], NOON + 5 * MINUTE, false)).toEqual({
			...{ do: 'skip', toMs: NOON + 20 * MINUTE },
		});
		expect(handStep([picture('still'), elsewhere], NOON + 30 * MINUTE, false)).toEqual({
			do: 'end',
		});
		expect(handStep([], HAND, false)).toEqual({ do: 'end' });
	});
});

describe('the pictures', () => {
	const all = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, covered: id !== 'b' }));

	test('PB51 are up to four with footage that day, those asked for first', () => {
		expect(picturesOf(all, [], [])).toEqual(['a', 'c', 'd', 'e']);
		expect(picturesOf(all, ['e', 'b', 'x', 'c'], [])).toEqual(['e', 'c', 'a', 'd']);
		const six = [...all, { id: 'f', covered: true }];
		expect(picturesOf(six, ['f'], [])).toEqual(['f', 'a', 'c', 'd']);
	});

	test('PB51 none was put away, unless nothing else is left', () => {
		expect(picturesOf(all, ['c'], ['a', 'd'])).toEqual(['c', 'e']);
		expect(picturesOf(all, [], ['a', 'c', 'd', 'e'])).toEqual(['a', 'c', 'd', 'e']);
		expect(picturesOf(all.slice(1, 2), ['b'], [])).toEqual([]);
	});
});
