import { describe, expect, test } from 'vitest';
import {
	detectJolt,
	nextTamperState,
	NO_TAMPER,
	NO_JOLT,
	type TamperState,
	type BrightnessGrid,
} from '#domain/recording/tamper.ts';

const FIELDS = 16 * 9;
const even = (brightness: number): BrightnessGrid =>
	Array.from({ length: FIELDS }, () => brightness);
/** A room: bright and dark fields, with a little noise that never repeats. */
const room = (n: number): BrightnessGrid =>
	Array.from({ length: FIELDS }, (_, at) => 40 + (at % 16) * 9 + ((n * 7 + at) % 3) / 10);
/** Night: dark, but a window or a lamp stands out. */
const night = (n: number): BrightnessGrid =>
	Array.from({ length: FIELDS }, (_, at) => (at < 12 ? 90 : 6) + ((n + at) % 5) / 10);

function after(grids: readonly BrightnessGrid[], from: TamperState = NO_TAMPER): TamperState {
	return grids.reduce(nextTamperState, from);
}
const times = (n: number, grid: (n: number) => BrightnessGrid) =>
	Array.from({ length: n }, (_, at) => grid(at));

describe('a picture', () => {
	test('EV6 covered after three dark and flat pictures, not after two; never if bright or uneven', () => {
		const dark = (n: number) => even(10 + n / 100);
		expect(after(times(2, dark)).sign).toBeNull();
		expect(after(times(3, dark)).sign).toBe('covered');
		expect(after(times(50, night)).sign).toBeNull();
		expect(after(times(50, room)).sign).toBeNull();
		expect(after(times(50, (n) => even(200 + n / 100))).sign).toBeNull();
		// A bright picture in between resets the count.
		expect(after([dark(0), dark(1), room(0), dark(2), dark(3)]).sign).toBeNull();
	});

	test('EV6 ends with the second consecutive picture that is not dark', () => {
		const covered = after(times(3, () => even(3)));
		const once = nextTamperState(covered, room(1));
		expect(once.sign).toBe('covered');
		expect(nextTamperState(once, even(3)).sign).toBe('covered');
		expect(nextTamperState(once, room(2)).sign).toBeNull();
	});

	test('EV7 frozen after twelve identical pictures, until one differs minimally', () => {
		const same = () => room(1);
		expect(after(times(11, same)).sign).toBeNull();
		const frozen = after(times(12, same));
		expect(frozen.sign).toBe('frozen');
		const differs = room(1).map((value, at) => (at === 100 ? value + 0.01 : value));
		expect(nextTamperState(frozen, differs).sign).toBeNull();
	});

	test('EV7 a covered picture is not frozen', () => {
		expect(after(times(40, () => even(0))).sign).toBe('covered');
	});
});

describe('a jolt', () => {
	function reportedAt(felt: readonly (readonly [number, number])[]): number[] {
		let jolts = NO_JOLT;
		const at: number[] = [];
		for (const [ms, strength] of felt) {
			const next = detectJolt(jolts, strength, ms);
			({ jolts } = next);
			if (next.moved) at.push(ms);
		}
		return at;
	}

	test('EV8 reports two strong jolts within three seconds, at most every thirty seconds', () => {
		expect(reportedAt([[0, 9]])).toEqual([]);
		expect(
			reportedAt([
				[0, 2.4],
				[100, 2.4],
				[200, 2.4],
			]),
		).toEqual([]);
		expect(
			reportedAt([
				[0, 3],
				[3001, 3],
			]),
		).toEqual([]);
		expect(
			reportedAt([
				[0, 3],
				[2999, 3],
			]),
		).toEqual([2999]);
		const shaken = Array.from({ length: 61 }, (_, n) => [n * 1000, 5] as const);
		expect(reportedAt(shaken)).toEqual([1000, 32_000]);
	});
});
