import type { Run } from '#domain/footage/run.ts';
import type { Span } from '#domain/footage/span.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;

const SHARE = 0.6;
/**
 * Where the browser says nothing: enough for about an hour and a half, little enough for any
 * device.
 */
const UNKNOWN_BUDGET_BYTES = GIB;
/** About two days at 1.5 Mbit/s. More is for a person to ask for, not for us to take. */
const MAX_DEFAULT_BUDGET_BYTES = 32 * GIB;

/** A pass deletes at most this many pages, so that a write never waits long behind it. */
export const MAX_PAGES_PER_PASS = 60;

/**
 * The budget of a device whose owner set none. `estimateBytes` is the browser's quota, `null` where
 * it gives none. An estimate and no control: Chromium names 10 GiB whatever the real quota is, so
 * only the error of a refused write is believed (RT9).
 */
export function defaultBudget(estimateBytes: number | null): number {
	if (estimateBytes === null || !Number.isFinite(estimateBytes) || estimateBytes <= 0) {
		return UNKNOWN_BUDGET_BYTES;
	}
	return Math.min(Math.floor(estimateBytes * SHARE), MAX_DEFAULT_BUDGET_BYTES);
}

/** How many bytes must go before `incoming` may come. */
export function bytesToFree(usedBytes: number, incomingBytes: number, budgetBytes: number): number {
	return Math.max(0, usedBytes + incomingBytes - budgetBytes);
}

/** How many bytes must go after the browser refused a write of `refusedBytes`. */
export function bytesToFreeAfterQuota(refusedBytes: number): number {
	return Math.max(4 * refusedBytes, MIB);
}

/**
 * Where the footage begins that would leave next, microseconds; `null`: there is none. Times stand
 * for order of writing.
 */
export function oldestEvictableUs(
	runs: readonly Pick<Run, 'startUs' | 'endUs'>[],
	pins: readonly Span[],
): number | null {
	for (const { startUs, endUs } of runs.toSorted((a, b) => a.startUs - b.startUs)) {
		let atUs = startUs;
		for (const pin of pins.toSorted((a, b) => a.startUs - b.startUs)) {
			if (pin.startUs <= atUs && pin.endUs > atUs) atUs = pin.endUs;
		}
		if (atUs < endUs) return atUs;
	}
	return null;
}

/** So many segments into the next run the one before has long had its end (RC10: some seconds). */
const SETTLED_SEGMENTS = 30;

/**
 * RT2: whether a run that is open in the store may still grow. `later`: the run after it, if there
 * is one.
 */
export function mayGrow(
	run: Pick<Run, 'ended'>,
	later: Pick<Run, 'ended' | 'lastSeq'> | null,
): boolean {
	if (run.ended !== null) return false;
	return later === null || (later.ended === null && later.lastSeq <= SETTLED_SEGMENTS);
}
