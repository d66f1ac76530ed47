import { usOfTicks } from './payload.ts';

/** More than this is a clock that was set; less is a clock that is being disciplined. */
const STEP_MS = 2000;

/** What both clocks said at one moment. */
export interface Reading {
	readonly wallMs: number;
	readonly monotonicMs: number;
}

export function readingOf(clock: { wallMs(): number; monotonicMs(): number }): Reading {
	return { wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs() };
}

/** How far the wall clock was moved between two readings, in ms; forward is positive. */
export function stepMs(before: Reading, now: Reading): number {
	return now.wallMs - now.monotonicMs - (before.wallMs - before.monotonicMs);
}

export function hasStepped(before: Reading, now: Reading): boolean {
	return Math.abs(stepMs(before, now)) > STEP_MS;
}

/**
 * Wall time, µs since 1970, of a moment on the monotonic clock, by the offset that `reading` shows.
 */
export function wallUsAt(reading: Reading, monotonicMs: number): number {
	return Math.max(0, Math.floor((reading.wallMs - reading.monotonicMs + monotonicMs) * 1000));
}

/**
 * Wall time of a media time, µs since 1970. `ticks / timescale` are seconds, exact; the quotient is
 * rounded down once. Throws `malformed` for a negative or fractional number.
 */
export function wallUsOf(anchorUs: number, ticks: number, timescale: number): number {
	return anchorUs + usOfTicks(ticks, timescale);
}
