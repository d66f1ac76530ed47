import { afterEach, expect, test, vi } from 'vitest';
import { firstFrameTime } from '#browser/capture/frame-clock.ts';

afterEach(() => {
	vi.useRealTimers();
});

/**
 * A lens whose first frame comes after `lagMs`, then 15 a second, each delivered 5 ms after
 * capture.
 */
function lens(lagMs: number): void {
	vi.stubGlobal(
		'MediaStreamTrackProcessor',
		class {
			readable = {
				getReader: () => {
					let seen = 0;
					return {
						read: () =>
							new Promise((done) => {
								const waitMs = seen++ === 0 ? lagMs : 66;
								setTimeout(() => {
									const timestamp = (performance.now() - 5) * 1000;
									done({ value: { timestamp, close: () => undefined }, done: false });
								}, waitMs);
							}),
						cancel: () => Promise.resolve(),
					};
				},
			};
		},
	);
}

test.each([50, 7000, 60_000])(
	'RC32 a lens that wakes up after %i ms: time 0 is its first frame, not the time of opening',
	async (lagMs) => {
		vi.useFakeTimers();
		lens(lagMs);
		const calledMs = performance.now();
		const found = firstFrameTime({} as MediaStreamTrack);
		await vi.advanceTimersByTimeAsync(lagMs + 2000);
		expect((await found) - calledMs).toBeCloseTo(lagMs, -1);
	},
);

test('RC32 the wait also ends if no frame comes', async () => {
	vi.useFakeTimers();
	vi.stubGlobal(
		'MediaStreamTrackProcessor',
		class {
			readable = {
				getReader: () => ({
					read: () => new Promise(() => undefined),
					cancel: () => Promise.resolve(),
				}),
			};
		},
	);
	const calledMs = performance.now();
	const found = firstFrameTime({} as MediaStreamTrack);
	await vi.advanceTimersByTimeAsync(121_000);
	expect(await found).toBe(calledMs);
});
