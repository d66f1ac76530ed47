import type { FaultKind } from '#domain/base/fault.ts';
import type { RunEnd } from '#domain/footage/run.ts';

/**
 * Counts of delivered frames and fragments. The functions here are pure; times are in ms on the
 * monotonic clock. Rules: docs/spec/recording.md, RC15 and RC31.
 */
export interface Pulse {
	readonly frames: number;
	readonly fragments: number;
}

export interface WatchdogState {
	/** When frames and fragments last increased. */
	readonly frameMs: number;
	readonly fragmentMs: number;
	readonly pulse: Pulse;
	/** RC31: factor on the time allowed for the first frame and the first fragment. */
	readonly patience: number;
}

const NO_FRAMES_MS = 5000;
const NO_FRAGMENTS_MS = 8000;
/** Some lenses sleep and take 7 s or more to deliver their first frame. */
const FIRST_FRAME_MS = 15_000;
const MAX_WAIT_MS = 120_000;

/** `failures`: consecutive failures so far. The allowed time doubles with each. */
export function initialWatchdog(pulse: Pulse, nowMs: number, failures = 0): WatchdogState {
	return { frameMs: nowMs, fragmentMs: nowMs, pulse, patience: 2 ** Math.min(failures, 10) };
}

export function nextWatchdog(watch: WatchdogState, pulse: Pulse, nowMs: number): WatchdogState {
	const same = pulse.fragments === watch.pulse.fragments;
	return {
		...watch,
		frameMs: pulse.frames === watch.pulse.frames ? watch.frameMs : nowMs,
		// No encoder delivers anything before the first frame.
		fragmentMs: same && pulse.frames > 0 ? watch.fragmentMs : nowMs,
		pulse,
	};
}

/**
 * RC15: `frames`: the lens delivers nothing. `fragments`: frames arrive but the encoder delivers
 * nothing.
 */
export function silence(watch: WatchdogState, nowMs: number): 'frames' | 'fragments' | null {
	const { pulse, patience } = watch;
	const first = (ms: number): number => Math.min(ms * patience, MAX_WAIT_MS);
	const frameMs = pulse.frames > 0 ? NO_FRAMES_MS : first(FIRST_FRAME_MS);
	const fragmentMs = pulse.fragments > 0 ? NO_FRAGMENTS_MS : first(NO_FRAGMENTS_MS);
	if (nowMs - watch.frameMs >= frameMs) return 'frames';
	if (nowMs - watch.fragmentMs >= fragmentMs) return 'fragments';
	return null;
}

const RETRY_MS = [500, 1000, 2000, 5000, 10_000] as const;

/** RC16: delay before the next attempt, after this many consecutive failures. */
export function retryAfterMs(failures: number): number {
	return RETRY_MS[Math.min(Math.max(failures, 1), RETRY_MS.length) - 1] ?? 10_000;
}

/** What to recreate before the next attempt, mildest first. The database reopens by itself. */
export type Repair = 'recorder' | 'lens' | 'page';

const LENS_AFTER_FAILURES = 2;
const PAGE_AFTER_FAILURES = 6;
/** Failures that a page reload may fix. */
const RELOAD_REASONS: readonly RunEnd[] = ['stalled', 'failed', 'store'];

/** WD3: the repair after `failures` consecutive failures, the last one for reason `why`. */
export function repairFor(
	failures: number,
	why: RunEnd,
	silent: 'frames' | 'fragments' | null,
	fault: FaultKind | null = null,
): Repair {
	// A newer version of the app changed the store: only reloading into it helps.
	if (fault === 'newer') return 'page';
	if (failures >= PAGE_AFTER_FAILURES && RELOAD_REASONS.includes(why)) return 'page';
	const lensFailed = silent === 'frames' || why === 'unplugged' || why === 'denied';
	return lensFailed || failures >= LENS_AFTER_FAILURES ? 'lens' : 'recorder';
}
