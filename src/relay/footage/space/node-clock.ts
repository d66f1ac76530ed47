import type { Clock } from '#ports/device/clock.ts';

/** Timers that do not keep the process alive. */
export const nodeClock: Clock = {
	wallMs: () => Date.now(),
	monotonicMs: () => performance.now(),
	every: (ms, tick) => {
		const timer = setInterval(tick, ms).unref();
		return () => clearInterval(timer);
	},
	after: (ms, done) => {
		const timer = setTimeout(done, ms).unref();
		return () => clearTimeout(timer);
	},
};
