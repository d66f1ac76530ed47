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

describe('choice of the path', () => {
	it('LV3 without a connection: relay after 0.7 s, given up after 8 s', () => {
		expect([699, 700, 7900, 8000].map((ms) => judgeAttempt(begun, ms))).toEqual([
			...['wait', 'relay', 'relay', 'over'],
		]);
	});

	it('LV3 connected without a frame: given up after 4 s', () => {
		const connected = { ...begun, connectedMs: 300 };
		expect([600, 1500, 4200, 4300].map((ms) => judgeAttempt(connected, ms))).toEqual([
			...['wait', 'relay', 'relay', 'over'],
		]);
	});

	it('LV3 a recent frame is well; after a stop: relay, then given up', () => {
		const shown = { ...begun, connectedMs: 300, frameMs: 60_000 };
		expect([60_100, 61_100, 63_900, 64_000].map((ms) => judgeAttempt(shown, ms))).toEqual([
			...['well', 'relay', 'relay', 'over'],
		]);
	});

	it('LV3 disconnected: relay after 1 s, given up after 8 s', () => {
		const lost = { ...begun, lostMs: 50_000, frameMs: 49_900 };
		expect([50_100, 51_000, 57_900, 58_000].map((ms) => judgeAttempt(lost, ms))).toEqual([
			...['wait', 'relay', 'relay', 'over'],
		]);
	});

	it('LV4 a phone serves two viewers, a computer four', () => {
		expect([maxDirectViewers(true), maxDirectViewers(false)]).toEqual([2, 4]);
	});
});

describe('LV6 the pace of the relayed picture', () => {
	const full: Pace = { bitsPerSecond: 1_200_000, holding: false, changedMs: 0 };

	it('drops while bytes are queued, and recovers once they are sent', () => {
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

	it('stays within its bounds', () => {
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

describe('LV3 the expected time of the newest direct frame', () => {
	const heartbeat = { heardMs: 9800, atMs: 500_000, capturedMs: 499_990 };
	const seen = { paintedMs: 8000, visible: true, slow: false, heartbeat };

	it.each([
		['visible, at the full rate: when it was painted', seen, 8000],
		['not painted yet', { ...seen, paintedMs: null }, null],
		[
			'a stalled lens: no frame is expected',
			{ ...seen, heartbeat: { ...heartbeat, capturedMs: 498_000 } },
			10_000,
		],
		['a hidden page paints nothing', { ...seen, visible: false }, 10_000],
		[
			'hidden, and the camera is silent',
			{ ...seen, visible: false, heartbeat: { ...heartbeat, heardMs: 6000 } },
			8000,
		],
		['no heartbeat yet', { ...seen, visible: false, heartbeat: null }, 8000],
		['slow rate: a second or two is normal', { ...seen, slow: true }, 10_000],
		['slow rate, overdue', { ...seen, slow: true, paintedMs: 6000 }, 6000],
	] as const)('%s', (_name, painted, expected) => {
		expect(expectedFrameMs(painted, 10_000)).toBe(expected);
	});
});
