import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	expectedFrameMs,
	maxDirectViewers,
	judgeAttempt,
	type DirectAttempt,
} from '#domain/live/path.ts';
import { adaptPace, type Pace } from '#domain/live/pace.ts';

const begun: DirectAttempt = { begunMs: 0, connectedMs: null, lostMs: null, frameMs: null };

describe('which way the picture comes', () => {
	it('LV3 no connection: the relay as well after 0.7 s, given up after eight', () => {
		expect([699, 700, 7900, 8000].map((ms) => judgeAttempt(begun, ms))).toEqual([
			...['wait', 'relay', 'relay', 'over'],
		]);
	});

	it('LV3 connected without a frame: given up after four seconds', () => {
		const connected = { ...begun, connectedMs: 300 };
		expect([600, 1500, 4200, 4300].map((ms) => judgeAttempt(connected, ms))).toEqual([
			...['wait', 'relay', 'relay', 'over'],
		]);
	});

	it('LV3 a frame a moment ago is well; a picture that stops is helped, then given up', () => {
		const shown = { ...begun, connectedMs: 300, frameMs: 60_000 };
		expect([60_100, 61_100, 63_900, 64_000].map((ms) => judgeAttempt(shown, ms))).toEqual([
			...['well', 'relay', 'relay', 'over'],
		]);
	});

	it('LV3 cut off: the relay after a second, while ICE has eight to come back', () => {
		const lost = { ...begun, lostMs: 50_000, frameMs: 49_900 };
		expect([50_100, 51_000, 57_900, 58_000].map((ms) => judgeAttempt(lost, ms))).toEqual([
			...['wait', 'relay', 'relay', 'over'],
		]);
	});

	it('LV4 a phone serves two, a computer four', () => {
		expect([maxDirectViewers(true), maxDirectViewers(false)]).toEqual([2, 4]);
	});
});

describe('LV6 the pace of the relayed picture', () => {
	const full: Pace = { bitsPerSecond: 1_200_000, holding: false, changedMs: 0 };

	it('goes down where bytes wait, and comes back when the way is free', () => {
		let pace = full;
		for (let second = 1; second <= 20; second += 1)
			pace = adaptPace(pace, 400_000, second * 1000, 1_200_000);
		expect(pace).toMatchObject({ bitsPerSecond: 120_000, holding: true });
		pace = adaptPace(pace, 100_000, 20_100, 1_200_000);
		expect(pace.holding).toBe(true);
		pace = adaptPace(pace, 10_000, 20_200, 1_200_000);
		expect(pace.holding).toBe(false);
		for (let second = 21; second <= 200; second += 1)
			pace = adaptPace(pace, 0, second * 1000, 1_200_000);
		expect(pace.bitsPerSecond).toBe(1_200_000);
	});

	it('never leaves its bounds', () => {
		const bytes = fc.array(fc.nat({ max: 10_000_000 }), { maxLength: 60 });
		fc.assert(
			fc.property(bytes, (waiting) => {
				let pace = full;
				for (const [second, bytes] of waiting.entries()) {
					pace = adaptPace(pace, bytes, (second + 1) * 1000, 1_200_000);
					expect(pace.bitsPerSecond).toBeGreaterThanOrEqual(120_000);
					expect(pace.bitsPerSecond).toBeLessThanOrEqual(1_200_000);
				}
			}),
		);
	});
});

describe('LV3 when the newest frame of a direct picture is missed', () => {
	const heartbeat = { heardMs: 9800, atMs: 500_000, capturedMs: 499_990 };
	const seen = { paintedMs: 8000, visible: true, slow: false, heartbeat };

	it.each([
		['in sight, at the full rate: it was painted when it was', seen, 8000],
		['not painted yet', { ...seen, paintedMs: null }, null],
		[
			'a lens that stalls gives none: none is to be expected',
			{ ...seen, heartbeat: { ...heartbeat, capturedMs: 498_000 } },
			10_000,
		],
		['nothing is painted in a hidden page', { ...seen, visible: false }, 10_000],
		[
			'hidden, and the camera is silent',
			{ ...seen, visible: false, heartbeat: { ...heartbeat, heardMs: 6000 } },
			8000,
		],
		['no heartbeat came yet', { ...seen, visible: false, heartbeat: null }, 8000],
		['slow: a second or two is nothing', { ...seen, slow: true }, 10_000],
		['slow, and too long', { ...seen, slow: true, paintedMs: 6000 }, 6000],
	] as const)('%s', (_name, painted, expected) => {
		expect(expectedFrameMs(painted, 10_000)).toBe(expected);
	});
});
