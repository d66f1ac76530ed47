import type { RunEnd } from './run.ts';

/** When is silence a failure? Pure decisions; times in ms on one monotonic clock. Rules: docs/spec/recording.md. */
export interface Pulse {
	readonly frames: number;
	readonly fragments: number;
}

export interface Watch {
	/** When frames and fragments last grew. */
	readonly frameMs: number;
	readonly fragmentMs: number;
	readonly pulse: Pulse;
}

const NO_FRAMES_MS = 5000;
const NO_FRAGMENTS_MS = 8000;

export function watchFrom(pulse: Pulse, nowMs: number): Watch {
	return { frameMs: nowMs, fragmentMs: nowMs, pulse };
}

export function watchNext(watch: Watch, pulse: Pulse, nowMs: number): Watch {
	return {
		frameMs: pulse.frames === watch.pulse.frames ? watch.frameMs : nowMs,
		fragmentMs: pulse.fragments === watch.pulse.fragments ? watch.fragmentMs : nowMs,
		pulse,
	};
}

/** What has fallen silent: the lens gives no frames, or frames come and the encoder gives nothing. */
export function silence(watch: Watch, nowMs: number): 'frames' | 'fragments' | null {
	if (nowMs - watch.frameMs >= NO_FRAMES_MS) return 'frames';
	if (nowMs - watch.fragmentMs >= NO_FRAGMENTS_MS) return 'fragments';
	return null;
}

const RETRY_MS = [500, 1000, 2000, 5000, 10_000] as const;

/** How long to wait before the next try; it never gives up, and never tries more often than this. */
export function retryAfterMs(failures: number): number {
	return RETRY_MS[Math.min(Math.max(failures, 1), RETRY_MS.length) - 1] ?? 10_000;
}

/** What is made anew before the next try, the mildest first. The database reopens by itself. */
export type Repair = 'recorder' | 'lens' | 'page';

const LENS_FROM = 2;
const PAGE_FROM = 6;
/** What a page that is loaded anew might do better. */
const WORTH_A_PAGE: readonly RunEnd[] = ['stalled', 'failed', 'store'];

/** WD3: the repair after so many failures in a row, the last of them for this reason. */
export function repairFor(
	failures: number,
	why: RunEnd,
	silent: 'frames' | 'fragments' | null,
): Repair {
	if (failures >= PAGE_FROM && WORTH_A_PAGE.includes(why)) return 'page';
	const lensFailed = silent === 'frames' || why === 'unplugged' || why === 'denied';
	return lensFailed || failures >= LENS_FROM ? 'lens' : 'recorder';
}
