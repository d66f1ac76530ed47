import type { Heartbeat } from './age.ts';

/** Chooses between the direct and the relayed picture. Rules: docs/spec/live.md, LV3, LV4. */

/** Connecting takes longer only in bad networks: ask for the relayed picture as well. */
const PATIENCE_MS = 700;
/** Connected without a frame, or disconnected: ask for the relayed picture as well. */
const RELAY_TOO_MS = 1000;
/** Connected without a frame: give up. */
const FRAME_MS = 4000;
/** Not connected for this long, or disconnected: give up. */
const CONNECT_MS = 8000;
/** At the slow rate, and while the lens stalls, a missing frame is not yet a failure. */
const SLOW_MS = 3500;
const STALLED_MS = 800;
/** Interval between attempts at a direct connection. */
export const DIRECT_RETRY_MS = 30_000;

/** How many viewers a device serves directly. */
export function maxDirectViewers(phone: boolean): number {
	return phone ? 2 : 4;
}

/** Progress of a direct call, in monotonic ms. */
export interface DirectAttempt {
	readonly begunMs: number;
	/** `null`: not connected at the moment. */
	readonly connectedMs: number | null;
	/** When an established connection was lost. */
	readonly lostMs: number | null;
	/** When the newest frame was painted. */
	readonly frameMs: number | null;
}

/**
 * `well`: the picture is shown. `wait`: it may still come. `relay`: it may still come, but ask for
 * the relayed picture meanwhile. `over`: give up.
 */
export type Verdict = 'well' | 'wait' | 'relay' | 'over';

export function judgeAttempt(attempt: DirectAttempt, nowMs: number): Verdict {
	const { begunMs, connectedMs, lostMs, frameMs } = attempt;
	if (connectedMs === null) {
		const sinceMs = lostMs ?? begunMs;
		if (nowMs - sinceMs >= CONNECT_MS) return 'over';
		const patienceMs = lostMs === null ? PATIENCE_MS : RELAY_TOO_MS;
		return nowMs - sinceMs >= patienceMs ? 'relay' : 'wait';
	}
	const waitedMs = nowMs - Math.max(connectedMs, frameMs ?? 0);
	if (frameMs !== null && waitedMs < RELAY_TOO_MS) return 'well';
	if (waitedMs >= FRAME_MS) return 'over';
	return nowMs - Math.max(begunMs, frameMs ?? 0) >= RELAY_TOO_MS ? 'relay' : 'wait';
}

/** What is known about the painting of a direct picture. */
export interface PaintState {
	readonly paintedMs: number | null;
	/** A hidden page paints nothing. */
	readonly visible: boolean;
	readonly slow: boolean;
	readonly heartbeat: Heartbeat | null;
}

/** When the newest frame was painted, or now if none is expected. */
export function expectedFrameMs(painted: PaintState, nowMs: number): number | null {
	const { paintedMs, visible, slow, heartbeat } = painted;
	const stalled = heartbeat !== null && heartbeat.atMs - heartbeat.capturedMs > STALLED_MS;
	const silent = heartbeat === null || nowMs - heartbeat.heardMs > SLOW_MS;
	if (!silent && (stalled || !visible)) return nowMs;
	if (paintedMs === null || !slow) return paintedMs;
	return nowMs - paintedMs < SLOW_MS ? nowMs : paintedMs;
}
