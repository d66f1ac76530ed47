import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PROFILES } from '#domain/recording/profile.ts';
import {
	afterRound,
	batteryLow,
	frameLoss,
	degradedProfile,
	stepEvent,
	stepsBelow,
	FULL_QUALITY,
	type QualityLadder,
	type LoadSigns,
} from '#domain/recording/quality-ladder.ts';

const [low, standard, high] = PROFILES;
const LAST = stepsBelow(high).length - 1;
const HOUR = 360;
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const runs = { seed, numRuns: 200 };

const calm: LoadSigns = { lost: 0, lateMs: 900, pressure: 'nominal', batteryLow: false };
const hot: LoadSigns = { ...calm, pressure: 'critical' };
const onLowBattery: LoadSigns = { ...calm, batteryLow: true };
const unknown: LoadSigns = { lost: null, lateMs: null, pressure: null, batteryLow: false };

/** The ladder after the given numbers of rounds with the given signs. */
function after(
	ladder: QualityLadder,
	...given: readonly (readonly [number, LoadSigns])[]
): QualityLadder {
	return given.reduce(
		(now, [count, signs]) =>
			Array.from({ length: count }).reduce<QualityLadder>((at) => afterRound(at, signs, LAST), now),
		ladder,
	);
}

/** The rounds in which it went up and down. */
function stepsOf(given: readonly LoadSigns[], from = FULL_QUALITY, last = LAST) {
	const [ups, downs]: [number[], number[]] = [[], []];
	let ladder = from;
	for (const [round, signs] of given.entries()) {
		const next = afterRound(ladder, signs, last);
		if (next.step !== ladder.step) (next.step < ladder.step ? ups : downs).push(round);
		expect(Math.abs(next.step - ladder.step)).toBeLessThanOrEqual(1);
		ladder = next;
		expect(ladder.step).toBeGreaterThanOrEqual(0);
		expect(ladder.step).toBeLessThanOrEqual(last);
		expect(ladder.why === null).toBe(ladder.step === 0);
	}
	return { ladder, ups, downs };
}

/** Random load: stretches of constant signs, from single rounds to hours. */
const randomLoad = fc
	.array(
		fc.tuple(
			fc.oneof(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 50, max: 400 })),
			fc.record<LoadSigns>({
				lost: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
				lateMs: fc.option(fc.integer({ min: 0, max: 9000 })),
				pressure: fc.option(fc.constantFrom('nominal', 'fair', 'serious', 'critical')),
				batteryLow: fc.boolean(),
			}),
		),
		{ maxLength: 40 },
	)
	.map((stretches) => stretches.flatMap(([length, signs]) => Array.from({ length }, () => signs)));

describe('signs', () => {
	test.each([
		['lost frames', { lost: 0.25 }, { lost: 0.24 }],
		['late fragments', { lateMs: 3001 }, { lateMs: 3000 }],
		['serious pressure', { pressure: 'serious' }, { pressure: 'fair' }],
		['critical pressure', { pressure: 'critical' }, { pressure: 'nominal' }],
	] as const)('SR3 %s', (_, strain, none) => {
		expect(after(FULL_QUALITY, [6, { ...calm, ...strain }])).toMatchObject({
			step: 1,
			why: 'strain',
		});
		expect(after(FULL_QUALITY, [600, { ...calm, ...none }])).toEqual(FULL_QUALITY);
	});

	test('SR3 a battery is low at 20 % unless it is charging', () => {
		expect(batteryLow({ level: 0.2, charging: false })).toBe(true);
		expect(batteryLow({ level: 0.21, charging: false })).toBe(false);
		expect(batteryLow({ level: 0.05, charging: true })).toBe(false);
		expect(batteryLow(null)).toBe(false);
	});

	test('SR2 loss is a share of the expected frames, and a lens that delivers fewer is no sign', () => {
		const at = { begunMs: 0, atMs: 0, delivered: 0, recorded: 0 };
		const lost = (given: number, kept: number, rest = {}) =>
			frameLoss(at, { ...at, atMs: 10_000, delivered: given, recorded: kept, ...rest }, 15);
		expect(lost(150, 150)).toBe(0);
		expect(lost(150, 90)).toBeCloseTo(0.4);
		// Thirty frames a second came, half of them were requested.
		expect(lost(300, 150)).toBe(0);
		// In the dark the lens delivers five frames a second.
		expect(lost(50, 50)).toBe(0);
		expect(lost(50, 60)).toBe(0);
		expect(lost(0, 0)).toBe(null);
		expect(lost(150, 90, { atMs: 7999 })).toBe(null);
		expect(lost(150, 90, { begunMs: 5 })).toBe(null);
	});
});

describe('the quality ladder', () => {
	test('SR5 the profile of each step', () => {
		const stepLabels = (name: typeof low) =>
			stepsBelow(name).map(({ height, frameRate }) => `${height}p${frameRate}`);
		expect(stepLabels(high)).toEqual(['1080p30', '1080p15', '1080p10', '720p10', '360p10']);
		expect(stepLabels(standard)).toEqual(['720p15', '720p8', '720p5', '360p5']);
		expect(stepLabels(low)).toEqual(['360p10', '360p5']);
		for (const chosen of PROFILES) {
			const steps = stepsBelow(chosen);
			expect(steps[0]).toEqual(chosen);
			expect(new Set(steps.map(({ name }) => name))).toEqual(new Set([chosen.name]));
			const bits = steps.map(({ bitsPerSecond }) => bitsPerSecond);
			expect(bits).toEqual(bits.toSorted((a, b) => b - a));
			expect(new Set(bits).size).toBe(bits.length);
			expect(degradedProfile(chosen, 99)).toEqual(steps.at(-1));
		}
		expect(degradedProfile(standard, 1).bitsPerSecond).toBe(1_150_000);
	});

	test('SR6 a step down takes a minute more of strain than of calm', () => {
		expect(after(FULL_QUALITY, [5, hot]).step).toBe(0);
		expect(after(FULL_QUALITY, [6, hot]).step).toBe(1);
		expect(after(FULL_QUALITY, [5, hot], [3, calm], [3, hot]).step).toBe(0);
		expect(after(FULL_QUALITY, [5, hot], [3, calm], [4, hot]).step).toBe(1);
		expect(after(FULL_QUALITY, [24, hot]).step).toBe(4);
		expect(after(FULL_QUALITY, [2400, hot]).step).toBe(LAST);
	});

	test('SR4 decides nothing when nothing is known', () => {
		const half = after(FULL_QUALITY, [5, hot]);
		expect(after(half, [500, unknown])).toEqual(half);
		expect(after(half, [500, unknown], [1, hot]).step).toBe(1);
	});

	test('SR6 a low battery takes two steps at most and prevents steps up', () => {
		const waiting = after(FULL_QUALITY, [5000, onLowBattery]);
		expect(waiting).toMatchObject({ step: 2, why: 'battery' });
		expect(after(waiting, [60, calm])).toMatchObject({ step: 1, why: 'battery' });
		expect(after(waiting, [120, calm])).toMatchObject({ step: 0, why: null });
		expect(after(waiting, [6, { ...hot, batteryLow: true }])).toMatchObject({
			step: 3,
			why: 'strain',
		});
	});

	test('SR7 a step up takes ten minutes of calm; a round of strain takes off one minute', () => {
		const down = after(FULL_QUALITY, [6, hot]);
		expect(after(down, [59, calm]).step).toBe(1);
		expect(after(down, [60, calm])).toMatchObject({ step: 0, why: null });
		expect(after(down, [59, calm], [1, hot], [6, calm]).step).toBe(1);
		expect(after(down, [59, calm], [1, hot], [7, calm]).step).toBe(0);
	});

	test('SR7 a failed step up doubles the wait for the next; one that holds resets it to ten minutes', () => {
		let ladder = after(FULL_QUALITY, [6, hot]);
		for (const patience of [60, 120, 240, 480, 960, 960]) {
			expect(after(ladder, [patience - 1, calm]).step).toBe(1);
			ladder = after(ladder, [patience, calm]);
			expect(ladder.step).toBe(0);
			ladder = after(ladder, [6, hot]);
			expect(ladder.step).toBe(1);
		}
		ladder = after(ladder, [960, calm], [61, calm], [6, hot]);
		expect(after(ladder, [60, calm]).step).toBe(0);
	});

	test('SR10 the event of a step', () => {
		expect(stepEvent(high, 0, 1)).toBe('spared-rate');
		expect(stepEvent(high, 2, 3)).toBe('spared-size');
		expect(stepEvent(high, 3, 2)).toBe('restored');
		expect(stepEvent(low, 3, 2)).toBe(null);
	});

	test(`SR5 SR6 SR7 under any load: one step at a time, never below the lowest, no flapping (SEED=${seed})`, () => {
		fc.assert(
			fc.property(randomLoad, fc.constantFrom(...PROFILES), (given, chosen) => {
				const last = stepsBelow(chosen).length - 1;
				const { ups, downs } = stepsOf(given, FULL_QUALITY, last);
				for (const first of ups) {
					const inHour = (round: number) => round >= first && round < first + HOUR;
					expect(ups.filter(inHour).length).toBeLessThanOrEqual(6);
					expect(downs.filter(inHour).length).toBeLessThanOrEqual(6 + last);
				}
				expect(ups.length).toBeLessThanOrEqual(downs.length);
			}),
			runs,
		);
	}, 120_000);

	test(`SR7 after any load, calm restores the chosen quality (SEED=${seed})`, () => {
		fc.assert(
			fc.property(randomLoad, (given) => {
				const { ladder } = stepsOf(given);
				const back = after(ladder, [LAST * 960, calm]);
				expect(back).toMatchObject({ step: 0, why: null, patience: 60 });
			}),
			runs,
		);
	}, 120_000);

	test('SR7 tries an unattainable quality at most twelve times a day', () => {
		let ladder = FULL_QUALITY;
		let ups = 0;
		for (let round = 0; round < 24 * HOUR; round++) {
			const next = afterRound(ladder, ladder.step === 0 ? hot : calm, LAST);
			if (next.step < ladder.step) ups++;
			ladder = next;
		}
		expect(ups).toBeGreaterThan(3);
		expect(ups).toBeLessThanOrEqual(12);
	});
});
