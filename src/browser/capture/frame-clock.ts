/**
 * Capture times of frames. A recorder's media time 0 is its first frame, which was captured before
 * the recorder's `start` event (13–84 ms, measured), so the time is read from the frame itself.
 */

interface TrackProcessor {
	readonly readable: ReadableStream<VideoFrame>;
}
type ProcessorConstructor = new (init: {
	track: MediaStreamTrack;
	maxBufferSize?: number;
}) => TrackProcessor;

const DEADLINE_MS = 3000;
const [MOVING_MS, MOVING_FRAMES] = [1000, 3];
/** RC32: how long to wait for the first frame; a lens may be slow to wake up. */
const FIRST_MS = 120_000;
/**
 * Frames sampled to learn the offset between the frames' clock and ours; the fastest delivery
 * counts.
 */
const SAMPLED_FRAMES = 6;

export function trackProcessor(): ProcessorConstructor | null {
	const { MediaStreamTrackProcessor: maker } = globalThis as {
		MediaStreamTrackProcessor?: ProcessorConstructor;
	};
	return maker ?? null;
}

/**
 * Capture time of the first frame delivered from now on, in ms on the `performance.now()` scale.
 * Call it in the task that starts the recorder, so that both see the same first frame. Never
 * rejects; resolves to the time of the call if no frame comes or the browser has no
 * `MediaStreamTrackProcessor`.
 */
export async function firstFrameTime(track: MediaStreamTrack): Promise<number> {
	const calledMs = performance.now();
	const Maker = trackProcessor();
	if (Maker === null) return calledMs;
	const reader = new Maker({ track, maxBufferSize: 1 }).readable.getReader();
	try {
		let first: number | null = null;
		let untilMs = calledMs + FIRST_MS;
		let leastLag = Infinity;
		for (let seen = 0; seen < SAMPLED_FRAMES; seen++) {
			const frame = await Promise.race([reader.read(), expiry(untilMs)]);
			if (frame?.value === undefined) break;
			// The clocks differ by a fixed offset; only the delivery delay varies.
			const stampMs = frame.value.timestamp / 1000;
			leastLag = Math.min(leastLag, performance.now() - stampMs);
			frame.value.close();
			if (first === null) untilMs = performance.now() + DEADLINE_MS;
			first ??= stampMs;
		}
		return first === null ? calledMs : first + leastLag;
	} catch {
		return calledMs;
	} finally {
		void reader.cancel().catch(() => undefined);
	}
}

/** Whether at least three frames arrive within a second; false if that cannot be determined. */
export async function deliversFrames(track: MediaStreamTrack): Promise<boolean> {
	const Maker = trackProcessor();
	if (Maker === null) return false;
	const reader = new Maker({ track, maxBufferSize: 1 }).readable.getReader();
	const untilMs = performance.now() + MOVING_MS;
	try {
		for (let seen = 0; seen < MOVING_FRAMES; seen += 1) {
			const frame = await Promise.race([reader.read(), expiry(untilMs)]);
			if (frame?.value === undefined) return false;
			frame.value.close();
		}
		return true;
	} catch {
		return false;
	} finally {
		void reader.cancel().catch(() => undefined);
	}
}

function expiry(atMs: number): Promise<null> {
	return new Promise((done) =>
		setTimeout(() => {
			done(null);
		}, atMs - performance.now()),
	);
}
