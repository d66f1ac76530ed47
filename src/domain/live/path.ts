import type { Heartbeat } from './age.ts';

/** Which way the picture comes. Rules: docs/spec/live.md, LV3, LV4. */

/** Connecting takes longer than this in bad networks only: the relay is asked as well. */
const PATIENCE_MS = 700;
/** Connected, and no frame, or cut off. */
const RELAY_TOO_MS = 1000;
/** Connected, and no frame. */
const FRAME_MS = 4000;
/** Not connected, or cut off for so long. */
const CONNECT_MS = 8000;
/** At the slow rate, and while a lens stalls, frames are not missed at once. */
const SLOW_MS = 3500;
const STALLED_MS = 800;
/** Until direct is tried again. */
export const DIRECT_RETRY_MS = 30_000;

/** What one device serves directly. */
export function maxDirectViewers(phone: boolean): number {
	return phone ? 2 : 4;
}

/** How a direct call fares, in ms of the monotonic clock. */
export interface DirectAttempt {
	readonly begunMs: number;
	/** `null`: not connected now. */
	readonly connectedMs: number | null;
	/** When it was cut off, after it had been connected. */
	readonly lostMs: number | null;
	/** Its newest frame on show. */
	readonly frameMs: number | null;
}

/**
 * `well`: its picture is shown. `wait`: it may come yet. `relay`: so it may, but somebody is
 * waiting. `over`: it is given up.
 */
export type Verdict = 'well' | 'wait' | 'relay' | 'over';

export function judgeAttempt(attempt: DirectAttempt, nowMs: number): Verdict {
	const { begunMs, connectedMs, lostMs, frameMs } = attempt;
	if (connectedMs === null) {
		const sinceMs = lostMs ?? begunMs;
		if (nowMs - sinceMs >= CONNECT_MS) return 'over';
		const patientMs = lostMs === null ? PATIENCE_MS : RELAY_TOO_MS;
		return nowMs - sinceMs >= patientMs ? 'relay' : 'wait';
	}
	const waitedMs = nowMs - Math.max(connectedMs, frameMs ?? 0);
	if (frameMs !== null && waitedMs < RELAY_TOO_MS) return 'well';
	if (waitedMs >= FRAME_MS) return 'over';
	return nowMs - Math.max(begunMs, frameMs ?? 0) >= RELAY_TOO_MS ? 'relay' : 'wait';
}

/** What is known of a direct picture's frames. */
export interface PaintState {
	readonly paintedMs: number | null;
	/** Nothing is painted in a hidden page. */
	readonly visible: boolean;
	readonly slow: boolean;
	readonly heartbeat: Heartbeat | null;
}

/** When the newest frame was painted, or now where none is to be expected. */
export function expectedFrameMs(painted: PaintState, nowMs: number): number | null {
	const { paintedMs, visible, slow, heartbeat } = painted;
	const stalled = heartbeat !== null && heartbeat.atMs - heartbeat.capturedMs > STALLED_MS;
	const silent = heartbeat === null || nowMs - heartbeat.heardMs > SLOW_MS;
	if (!silent && (stalled || !visible)) return nowMs;
	if (paintedMs === null || !slow) return paintedMs;
	return nowMs - paintedMs < SLOW_MS ? nowMs : paintedMs;
}
