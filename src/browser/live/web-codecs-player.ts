import { Fault } from '#domain/base/fault.ts';
import {
	beginsWithKey,
	type FragmentPart,
	type FramesPart,
	type LiveFrame,
} from '#domain/live/live-part.ts';
import type { PartPlayer, PlayerSink } from './part-player.ts';

/** With more frames in the decoder it skips to the next key frame. */
const MAX_QUEUED = 12;
/** Minimum interval between key frames at the slow rate. */
const SLOW_MS = 1900;
const MAX_FAILURES = 3;
/** While frames are queued, paints only this often: painting takes longest. */
const PAINT_MS = 150;

/** Plays frames with WebCodecs. */
export class WebCodecsPlayer implements PartPlayer {
	slow = false;
	readonly #sink: PlayerSink;
	#decoder: VideoDecoder | null = null;
	#config = '';
	#awaitsKey = true;
	#lastUs = -Infinity;
	#paintedUs = -Infinity;
	#paintedMs = -Infinity;
	#failures = 0;

	constructor(sink: PlayerSink) {
		this.#sink = sink;
	}

	decode(part: FramesPart | FragmentPart): void {
		if (part.kind === 'fragment') return;
		const { codec, width, height, frames } = part;
		if (this.#awaitsKey && !beginsWithKey(part)) return;
		const config = `${codec} ${width} ${height}`;
		try {
			if (this.#decoder?.state !== 'configured' || this.#config !== config) {
				if (!beginsWithKey(part)) {
					this.#awaitsKey = true;
					return;
				}
				this.#configure(codec, width, height);
				this.#config = config;
			}
			for (const frame of frames) this.#feed(frame);
		} catch (error) {
			this.#fail(error);
		}
	}

	/** Frames carry no sound. */
	mute(): void {
		return;
	}

	close(): void {
		if (this.#decoder !== null && this.#decoder.state !== 'closed') this.#decoder.close();
		this.#decoder = null;
		this.#awaitsKey = true;
	}

	#feed({ key, capturedUs, bytes }: LiveFrame): void {
		const decoder = this.#decoder;
		if (decoder === null) return;
		if (decoder.decodeQueueSize > MAX_QUEUED) this.#awaitsKey = true;
		if (this.slow && (!key || capturedUs - this.#lastUs < SLOW_MS * 1000)) {
			// Frames that depend on a dropped one cannot be decoded.
			this.#awaitsKey = true;
			return;
		}
		if (this.#awaitsKey && !key) return;
		this.#awaitsKey = this.slow;
		this.#lastUs = capturedUs;
		const type = key ? 'key' : 'delta';
		decoder.decode(new EncodedVideoChunk({ type, timestamp: capturedUs, data: bytes }));
	}

	#configure(codec: string, codedWidth: number, codedHeight: number): void {
		this.close();
		const decoder = new VideoDecoder({
			output: (frame) => {
				if (decoder !== this.#decoder || frame.timestamp <= this.#paintedUs) {
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
				this.#paintedUs = frame.timestamp;
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
		this.#awaitsKey = false;
	}

	/**
	 * A damaged part costs the time to the next key frame; a codec that never decodes is reported.
	 */
	#fail(error: unknown): void {
		this.close();
		this.#failures += 1;
		if (this.#failures < MAX_FAILURES) return;
		const unknown = error instanceof DOMException && error.name === 'NotSupportedError';
		const kind = unknown ? 'unsupported' : 'corrupt';
		this.#sink.failed(new Fault(kind, 'the live frames cannot be decoded', error));
	}
}
