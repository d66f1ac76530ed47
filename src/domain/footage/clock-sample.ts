import { usOfTicks } from './payload.ts';

/** A larger difference is a clock step; a smaller one is the clock being disciplined. */
const STEP_MS = 2000;

/** A reading of both clocks at one moment. */
export interface ClockSample {
	readonly wallMs: number;
	readonly monotonicMs: number;
}

export function clockSampleOf(clock: { wallMs(): number; monotonicMs(): number }): ClockSample {
	return { wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs() };
}

/** How far the wall clock was stepped between two readings, in ms; forward is positive. */
export function clockStepMs(before: ClockSample, now: ClockSample): number {
	return now.wallMs - now.monotonicMs - (before.wallMs - before.monotonicMs);
}

export function hasClockStepped(before: ClockSample, now: ClockSample): boolean {
	return Math.abs(clockStepMs(before, now)) > STEP_MS;
}

/** Wall time, µs since 1970, of a monotonic time, by the offset in `reading`. */
export function wallUsAt(reading: ClockSample, monotonicMs: number): number {
	return Math.max(0, Math.floor((reading.wallMs - reading.monotonicMs + monotonicMs) * 1000));
}

/**
 * Wall time of a media time, µs since 1970. `ticks / timescale` are seconds; the exact quotient is
 * rounded down once. Throws `malformed` for a negative or fractional number.
 */
export function wallUsOf(anchorUs: number, ticks: number, timescale: number): number {
	return anchorUs + usOfTicks(ticks, timescale);
}
