import { describe, expect, test } from 'vitest';
import {
	jolted,
	judged,
	UNJUDGED,
	UNMOVED,
	type Judgement,
	type Look,
} from '#domain/recording/tamper.ts';

const FIELDS = 16 * 9;
const even = (brightness: number): Look => Array.from({ length: FIELDS }, () => brightness);
/** A room: bright and dark fields, and a little noise that is never the same. */
const room = (n: number): Look =>
	Array.from({ length: FIELDS }, (_, at) => 40 + (at % 16) * 9 + ((n * 7 + at) % 3) / 10);
/** Night: dark, but a window or a lamp stands out. */
const night = (n: number): Look =>
	Array.from({ length: FIELDS }, (_, at) => (at < 12 ? 90 : 6) + ((n + at) % 5) / 10);

function after(looks: readonly Look[], from: Judgement = UNJUDGED): Judgement {
	return looks.reduce(judged, from);
}
const times = (n: number, look: (n: number) => Look) =>
	Array.from({ length: n }, (_, at) => look(at));

describe('a picture', () => {
	test('EV6 dark and flat three times is covered, twice is not; bright or uneven never', () => {
		const dark = (n: number) => even(10 + n / 100);
		expect(after(times(2, dark)).wrong).toBeNull();
		expect(after(times(3, dark)).wrong).toBe('covered');
		expect(after(times(50, night)).wrong).toBeNull();
		expect(after(times(50, room)).wrong).toBeNull();
		expect(after(times(50, (n) => even(200 + n / 100))).wrong).toBeNull();
		// Light in between begins the count anew.
		expect(after([dark(0), dark(1), room(0), dark(2), dark(3)]).wrong).toBeNull();
	});

	test('EV6 it ends with the second picture in a row that is not', () => {
		const covered = after(times(3, () => even(3)));
		const once = judged(covered, room(1));
		expect(once.wrong).toBe('covered');
		expect(judged(once, even(3)).wrong).toBe('covered');
		expect(judged(once, room(2)).wrong).toBeNull();
	});

	test('EV7 the very same twelve times is frozen, until one differs by the least', () => {
		const same = () => room(1);
		expect(after(times(11, same)).wrong).toBeNull();
		const frozen = after(times(12, same));
		expect(frozen.wrong).toBe('frozen');
		const differs = room(1).map((value, at) => (at === 100 ? value + 0.01 : value));
		expect(judged(frozen, differs).wrong).toBeNull();
	});

	test('EV7 a covered one is covered and not frozen', () => {
		expect(after(times(40, () => even(0))).wrong).toBe('covered');
	});
});

describe('a jolt', () => {
	function told(felt: readonly (readonly [number, number])[]): number[] {
		let jolts = UNMOVED;
		const at: number[] = [];
		for (const [ms, strength] of felt) {
			const next = jolted(jolts, strength, ms);
			({ jolts } = next);
			if (next.moved) at.push(ms);
		}
		return at;
	}

	test('EV8 two strong ones within three seconds, told every thirty seconds at most', () => {
		expect(told([[0, 9]])).toEqual([]);
		expect(
			told([
				[0, 2.4],
				[100, 2.4],
				[200, 2.4],
			]),
		).toEqual([]);
		expect(
			told([
				[0, 3],
				[3001, 3],
			]),
		).toEqual([]);
		expect(
			told([
				[0, 3],
				[2999, 3],
			]),
		).toEqual([2999]);
		const shaken = Array.from({ length: 61 }, (_, n) => [n * 1000, 5] as const);
		expect(told(shaken)).toEqual([1000, 32_000]);
	});
});
