/**
 * How old the picture on show is, and so whether it is live. Rules: docs/spec/live.md, LV10–LV12.
 */

/** Older than this it is not shown as live. */
export const STALE_MS = 5000;
/** Clocks run apart a little: a measurement older than this gives way to any new one. */
const OFFSET_TTL_MS = 60_000;
/** Beats come four times a second; without one for so long the camera may be gone. */
const HEARTBEAT_LATE_MS = 1500;
/** A lens gives a frame ten times a second at the least. */
const LENS_LATE_MS = 800;

/** The camera's clock against ours. */
export interface ClockOffset {
	/** What to add to our monotonic time to have the camera's, ms. */
	readonly offsetMs: number;
	/** Of the question it was measured by: it cannot be wrong by more than half of that. */
	readonly roundTripMs: number;
	readonly measuredMs: number;
}

/**
 * When a question was sent and its answer came, by our monotonic clock, and what the camera's clock
 * said in it.
 */
export interface ClockExchange {
	readonly sentMs: number;
	readonly heardMs: number;
	readonly theirsMs: number;
}

/** The better of what is known and what was just measured: the smallest round trip counts. */
export function betterOffset(known: ClockOffset | null, asked: ClockExchange): ClockOffset | null {
	const { sentMs, heardMs, theirsMs } = asked;
	const roundTripMs = heardMs - sentMs;
	if (!Number.isFinite(theirsMs) || roundTripMs < 0) return known;
	const better =
		known === null ||
		roundTripMs <= known.roundTripMs ||
		heardMs - known.measuredMs > OFFSET_TTL_MS;
	if (!better) return known;
	return { offsetMs: theirsMs - (sentMs + heardMs) / 2, roundTripMs, measuredMs: heardMs };
}

/**
 * Of a frame whose capture time is known: the most it can be. Who holds an answer back makes the
 * camera's clock look slow, by half the round trip at most; without that half a picture could be
 * made to look younger than it is.
 */
export function ageMs(nowMs: number, offset: ClockOffset, capturedMs: number): number {
	return Math.max(0, nowMs + offset.offsetMs + offset.roundTripMs / 2 - capturedMs);
}

/** What the camera said last over the data channel. */
export interface Heartbeat {
	readonly heardMs: number;
	/** By the camera's clock: when it said so, and when its newest frame was captured. */
	readonly atMs: number;
	readonly capturedMs: number;
}

/**
 * Of what a WebRTC video shows: its frames carry no capture time that every browser tells. A
 * picture that stands still is as old as the time it stands; a lens that stalls, or a camera that
 * falls silent, is as old as its last word (LV12).
 */
export function directAgeMs(
	nowMs: number,
	offset: ClockOffset,
	heartbeat: Heartbeat,
	shownMs: number,
): number {
	const shown = Math.max(0, nowMs - shownMs) + offset.roundTripMs / 2;
	const silent = nowMs - heartbeat.heardMs > HEARTBEAT_LATE_MS;
	const stalled = heartbeat.atMs - heartbeat.capturedMs > LENS_LATE_MS;
	return silent || stalled ? Math.max(shown, ageMs(nowMs, offset, heartbeat.capturedMs)) : shown;
}
