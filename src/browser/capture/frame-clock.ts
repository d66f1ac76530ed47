/**
 * When frames were captured. A recorder's media time 0 is its first frame, and that frame was
 * captured before the recorder's own start event (13–84 ms, measured), so the frame itself is
 * asked.
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
/** A lens may take long to wake up (RC31): until its first frame there is nothing to say. */
const FIRST_MS = 120_000;
/**
 * Frames looked at to learn the offset between the frames' clock and ours: the quickest delivery
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
 * Capture time of the first frame delivered from this task on, in ms on `performance.now`'s scale.
 * Call it in the task that starts the recorder: both are then connected to the track at once and
 * see the same first frame. Never rejects; without frames or means, the time of the call.
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
			// Both clocks run alike from different origins; what differs by chance is the delivery.
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

/** Whether pictures come, three a second at least; false as well where that cannot be told. */
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
