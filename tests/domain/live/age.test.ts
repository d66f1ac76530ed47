import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ageMs, directAgeMs, betterOffset, STALE_MS, type ClockOffset } from '#domain/live/age.ts';

const offset: ClockOffset = { offsetMs: 1_000_000, roundTripMs: 20, measuredMs: 0 };

describe('the clock offset', () => {
	it('LV10 is accurate to half a round trip, whichever direction is slow', () => {
		const ms = fc.double({ min: 0, max: 500, noNaN: true });
		fc.assert(
			fc.property(fc.array(fc.tuple(ms, ms), { minLength: 1, maxLength: 30 }), (trips) => {
				let known: ClockOffset | null = null;
				let now = 0;
				for (const [there, back] of trips) {
					known = betterOffset(known, {
						...{ sentMs: now, heardMs: now + there + back },
						theirsMs: now + there + 7_000_000,
					});
					now += there + back;
				}
				const least = Math.min(...trips.map(([there, back]) => there + back));
				expect(Math.abs(known!.offsetMs - 7_000_000)).toBeLessThanOrEqual(least / 2 + 1e-6);
			}),
		);
	});

	it('LV10 an old measurement is replaced, because clocks drift', () => {
		const first = betterOffset(null, { sentMs: 0, heardMs: 2, theirsMs: 100 });
		const slow = { sentMs: 1000, heardMs: 1100, theirsMs: 1200 };
		expect(betterOffset(first, slow)).toBe(first);
		const later = { sentMs: 70_000, heardMs: 70_100, theirsMs: 70_500 };
		expect(betterOffset(first, later)).toMatchObject({ offsetMs: 450, roundTripMs: 100 });
	});

	it('LV10 impossible answers are ignored', () => {
		expect(betterOffset(null, { sentMs: 10, heardMs: 5, theirsMs: 1 })).toBe(null);
		expect(betterOffset(offset, { sentMs: 1, heardMs: 2, theirsMs: NaN })).toBe(offset);
	});
});

describe('the age of the picture', () => {
	it('LV10 is now minus the capture time, by the camera’s clock', () => {
		expect(ageMs(500, offset, 1_000_400)).toBe(110);
		expect(ageMs(500, offset, 1_000_600)).toBe(0);
	});

	it('LV10 T2 is never reported too low, however long an answer was delayed', () => {
		const ms = fc.double({ min: 0, max: 600_000, noNaN: true });
		fc.assert(
			fc.property(ms, ms, ms, (there, back, old) => {
				const theirsMs = there + 7_000_000;
				const known = betterOffset(null, { sentMs: 0, heardMs: there + back, theirsMs })!;
				const nowMs = there + back + 1;
				expect(ageMs(nowMs, known, 7_000_000 + nowMs - old)).toBeGreaterThan(old - 1e-3);
			}),
		);
	});

	const heartbeat = (nowMs: number, lensMs = 30) => ({
		...{ heardMs: nowMs - 100, atMs: nowMs + 1_000_000 - 110 },
		capturedMs: nowMs + 1_000_000 - 110 - lensMs,
	});

	it('LV11 grows while the video stands still', () => {
		expect(directAgeMs(9000, offset, heartbeat(9000), 8970)).toBe(40);
		expect(directAgeMs(9000, offset, heartbeat(9000), 3000)).toBeGreaterThan(STALE_MS);
	});

	it('LV12 grows while the lens stalls, although frames are shown', () => {
		expect(directAgeMs(9000, offset, heartbeat(9000, 6000), 8990)).toBeGreaterThan(STALE_MS);
	});

	it('LV11 grows while the camera is silent', () => {
		const silent = { heardMs: 2000, atMs: 1_001_990, capturedMs: 1_001_980 };
		expect(directAgeMs(9000, offset, silent, 8990)).toBe(7030);
	});
});
