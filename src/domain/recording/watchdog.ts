import type { FaultKind } from '#domain/base/fault.ts';
import type { RunEnd } from '#domain/footage/run.ts';

/**
 * When is silence a failure? Pure decisions; times in ms on one monotonic clock. Rules:
 * docs/spec/recording.md.
 */
export interface Pulse {
	readonly frames: number;
	readonly fragments: number;
}

export interface WatchdogState {
	/** When frames and fragments last grew. */
	readonly frameMs: number;
	readonly fragmentMs: number;
	readonly pulse: Pulse;
	/** By how much longer than at the first try the first frame and fragment may take. */
	readonly patience: number;
}

const NO_FRAMES_MS = 5000;
const NO_FRAGMENTS_MS = 8000;
/** Some lenses sleep, and take 7 s and more until their first picture. */
const FIRST_FRAME_MS = 15_000;
const MAX_WAIT_MS = 120_000;

/**
 * `failures`: in a row before this. What was not ready in time gets twice the time at the next try.
 */
export function initialWatchdog(pulse: Pulse, nowMs: number, failures = 0): WatchdogState {
	return { frameMs: nowMs, fragmentMs: nowMs, pulse, patience: 2 ** Math.min(failures, 10) };
}

export function nextWatchdog(watch: WatchdogState, pulse: Pulse, nowMs: number): WatchdogState {
	const same = pulse.fragments === watch.pulse.fragments;
	return {
		...watch,
		frameMs: pulse.frames === watch.pulse.frames ? watch.frameMs : nowMs,
		// No encoder gives anything before there was a frame.
		fragmentMs: same && pulse.frames > 0 ? watch.fragmentMs : nowMs,
		pulse,
	};
}

/**
 * What has fallen silent: the lens gives no frames, or frames come and the encoder gives nothing.
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

/**
 * How long to wait before the next try; it never gives up, and never tries more often than this.
 */
export function retryAfterMs(failures: number): number {
	return RETRY_MS[Math.min(Math.max(failures, 1), RETRY_MS.length) - 1] ?? 10_000;
}

/** What is made anew before the next try, the mildest first. The database reopens by itself. */
export type Repair = 'recorder' | 'lens' | 'page';

const LENS_AFTER_FAILURES = 2;
const PAGE_AFTER_FAILURES = 6;
/** What a page that is loaded anew might do better. */
const RELOAD_REASONS: readonly RunEnd[] = ['stalled', 'failed', 'store'];

/** WD3: the repair after so many failures in a row, the last of them for this reason. */
export function repairFor(
	failures: number,
	why: RunEnd,
	silent: 'frames' | 'fragments' | null,
	fault: FaultKind | null = null,
): Repair {
	// Only another version of this app can do better.
	if (fault === 'newer') return 'page';
	if (failures >= PAGE_AFTER_FAILURES && RELOAD_REASONS.includes(why)) return 'page';
	const lensFailed = silent === 'frames' || why === 'unplugged' || why === 'denied';
	return lensFailed || failures >= LENS_AFTER_FAILURES ? 'lens' : 'recorder';
}
