import type { Clock } from '#ports/device/clock.ts';

type Clocks = Pick<Clock, 'wallMs' | 'monotonicMs'>;

/** A moment of this page, on both of its clocks. */
export interface ClockReading {
	readonly wallMs: number;
	readonly monotonicMs: number;
}

export function readClock(clock: Clocks): ClockReading {
	return { wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs() };
}

/** Elapsed time by whichever clock advanced more: one of the two stops while a device sleeps. */
export function elapsedMs(clock: Clocks, { wallMs, monotonicMs }: ClockReading): number {
	return Math.max(clock.monotonicMs() - monotonicMs, Math.abs(clock.wallMs() - wallMs));
}
