import type { Run } from '#domain/footage/run.ts';
import type { Span } from '#domain/footage/span.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;

const SHARE = 0.6;
/** Without an estimate: enough for about an hour and a half, and small enough for any device. */
const UNKNOWN_BUDGET_BYTES = GIB;
/** About two days at 1.5 Mbit/s. Taking more is up to the person. */
const MAX_DEFAULT_BUDGET_BYTES = 32 * GIB;

/** Pages deleted per pass at most, so that no write waits long behind it. */
export const MAX_PAGES_PER_PASS = 60;

/**
 * The default budget. `estimateBytes`: the browser's quota, `null` if it reports none. The estimate
 * is only a starting point: Chromium reports 10 GiB whatever the real quota is, so only a refused
 * write is trusted (RT8, RT9).
 */
export function defaultBudget(estimateBytes: number | null): number {
	if (estimateBytes === null || !Number.isFinite(estimateBytes) || estimateBytes <= 0) {
		return UNKNOWN_BUDGET_BYTES;
	}
	return Math.min(Math.floor(estimateBytes * SHARE), MAX_DEFAULT_BUDGET_BYTES);
}

/** Bytes to free before `incomingBytes` may be written. */
export function bytesToFree(usedBytes: number, incomingBytes: number, budgetBytes: number): number {
	return Math.max(0, usedBytes + incomingBytes - budgetBytes);
}

/** Bytes to free after the browser refused a write of `refusedBytes` (RT9). */
export function bytesToFreeAfterQuota(refusedBytes: number): number {
	return Math.max(4 * refusedBytes, MIB);
}

/**
 * Start (µs) of the footage to be evicted next; `null` if there is none. Uses times in place of
 * order of writing.
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

/**
 * Once the next run has this many segments, the previous one was never closed: closing takes
 * seconds (RC10).
 */
const SETTLED_SEGMENTS = 30;

/**
 * RT2: whether a run that is open in the store may still grow. `later`: the run after it, if any.
 */
export function mayGrow(
	run: Pick<Run, 'ended'>,
	later: Pick<Run, 'ended' | 'lastSeq'> | null,
): boolean {
	if (run.ended !== null) return false;
	return later === null || (later.ended === null && later.lastSeq <= SETTLED_SEGMENTS);
}
