/**
 * The age of the picture on show, and so whether it is live. Rules: docs/spec/live.md, LV10–LV12.
 */

/** An older picture is not shown as live. */
export const STALE_MS = 5000;
/** The clocks drift apart: any new measurement replaces one older than this. */
const OFFSET_TTL_MS = 60_000;
/** Heartbeats come four times a second; after this long without one the camera may be gone. */
const HEARTBEAT_LATE_MS = 1500;
/** A lens delivers at least ten frames a second. */
const LENS_LATE_MS = 800;

/** Offset between the camera's clock and ours. */
export interface ClockOffset {
	/** Add to our monotonic ms to get the camera's time. */
	readonly offsetMs: number;
	/** Round trip of the measurement: the error is at most half of it. */
	readonly roundTripMs: number;
	readonly measuredMs: number;
}

/**
 * Sending and arrival time of a request by our monotonic clock, and the camera's time in the
 * answer.
 */
export interface ClockExchange {
	readonly sentMs: number;
	readonly heardMs: number;
	readonly theirsMs: number;
}

/**
 * Keeps the measurement with the smaller round trip, as NTP's clock filter does (RFC 5905, section
 * 10).
 */
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
 * Upper bound of the age of a frame whose capture time is known. Delaying an answer makes the
 * camera's clock look slow by at most half the round trip; without adding that half, a delayed
 * picture could pass for a younger one.
 */
export function ageMs(nowMs: number, offset: ClockOffset, capturedMs: number): number {
	return Math.max(0, nowMs + offset.offsetMs + offset.roundTripMs / 2 - capturedMs);
}

/** The camera's last heartbeat on the data channel. */
export interface Heartbeat {
	readonly heardMs: number;
	/** By the camera's clock: when the heartbeat was sent, and when its newest frame was captured. */
	readonly atMs: number;
	readonly capturedMs: number;
}

/**
 * Age of a WebRTC video, whose frames carry no capture time that all browsers report. A picture
 * that stands still ages from its last painted frame; if the lens stalls or the camera falls
 * silent, the capture time in its last heartbeat counts (LV12).
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
