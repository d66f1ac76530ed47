import { Fault } from '#domain/base/fault.ts';
import {
	beginsWithKey,
	type FragmentPart,
	type FramesPart,
	type LiveFrame,
} from '#domain/live/live-part.ts';
import type { PartPlayer, PlayerSink } from './part-player.ts';

/** More frames than this in the decoder: it leaps to the next key frame. */
const MAX_QUEUED = 12;
/** At the slow rate, a key frame now and then. */
const SLOW_MS = 1900;
const TRIES = 3;
/** While frames wait behind it, one is painted so often: painting is what takes longest. */
const PAINT_MS = 150;

/** Plays frames by WebCodecs. */
export class WebCodecsPlayer implements PartPlayer {
	slow = false;
	readonly #sink: PlayerSink;
	#decoder: VideoDecoder | null = null;
	#made = '';
	#waitsForKey = true;
	#lastUs = -Infinity;
	#shownUs = -Infinity;
	#paintedMs = -Infinity;
	#failures = 0;

	constructor(sink: PlayerSink) {
		this.#sink = sink;
	}

	decode(part: FramesPart | FragmentPart): void {
		if (part.kind === 'fragment') return;
		const { codec, width, height, frames } = part;
		if (this.#waitsForKey && !beginsWithKey(part)) return;
		const wanted = `${codec} ${width} ${height}`;
		try {
			if (this.#decoder?.state !== 'configured' || this.#made !== wanted) {
				if (!beginsWithKey(part)) {
					this.#waitsForKey = true;
					return;
				}
				this.#make(codec, width, height);
				this.#made = wanted;
			}
			for (const frame of frames) this.#feed(frame);
		} catch (error) {
			this.#fail(error);
		}
	}

	/** Frames are silent. */
	mute(): void {
		return;
	}

	close(): void {
		if (this.#decoder !== null && this.#decoder.state !== 'closed') this.#decoder.close();
		this.#decoder = null;
		this.#waitsForKey = true;
	}

	#feed({ key, capturedUs, bytes }: LiveFrame): void {
		const decoder = this.#decoder;
		if (decoder === null) return;
		if (decoder.decodeQueueSize > MAX_QUEUED) this.#waitsForKey = true;
		if (this.slow && (!key || capturedUs - this.#lastUs < SLOW_MS * 1000)) {
			// What leans on a frame that was left out cannot be decoded.
			this.#waitsForKey = true;
			return;
		}
		if (this.#waitsForKey && !key) return;
		this.#waitsForKey = this.slow;
		this.#lastUs = capturedUs;
		const type = key ? 'key' : 'delta';
		decoder.decode(new EncodedVideoChunk({ type, timestamp: capturedUs, data: bytes }));
	}

	#make(codec: string, codedWidth: number, codedHeight: number): void {
		this.close();
		const decoder = new VideoDecoder({
			output: (frame) => {
				if (decoder !== this.#decoder || frame.timestamp <= this.#shownUs) {
					frame.close();
					return;
				}
				this.#failures = 0;
				const nowMs = performance.now();
				if (decoder.decodeQueueSize > 0 && nowMs - this.#paintedMs < PAINT_MS) {
					frame.close();
					return;
				}
				this.#paintedMs = nowMs;
				this.#shownUs = frame.timestamp;
				const { displayWidth: width, displayHeight: height, timestamp } = frame;
				this.#sink.picture(frame, { width, height }, timestamp);
				frame.close();
			},
			error: (error) => {
				if (decoder === this.#decoder) this.#fail(error);
			},
		});
		decoder.configure({ codec, codedWidth, codedHeight, optimizeForLatency: true });
		this.#decoder = decoder;
		this.#waitsForKey = false;
	}

	/** A damaged part costs the time to the next key frame; what never decodes is said. */
	#fail(error: unknown): void {
		this.close();
		this.#failures += 1;
		if (this.#failures < TRIES) return;
		const unknown = error instanceof DOMException && error.name === 'NotSupportedError';
		const kind = unknown ? 'unsupported' : 'corrupt';
		this.#sink.failed(new Fault(kind, 'the live picture does not decode', error));
	}
}
