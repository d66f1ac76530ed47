import type { FramesPart, LiveFrame } from '#domain/live/live-part.ts';
import type { Bytes } from '#domain/base/bytes.ts';

const KEY_FRAME_MS = 1000;
/** Minimum interval between parts. */
const PART_MS = 50;
/** Frames in the encoder; another one would only come out late. */
const MAX_QUEUED = 1;
const MAX_FRAMES = 12;
/** Timers and frames are inexact: a frame this much early counts as on time. */
const SLACK_MS = 12;

export interface LiveBatcherSink {
	part(part: FramesPart): void;
	failed(kind: 'unsupported' | 'unavailable', why: string): void;
}

/** Encodes frames at low latency and batches them into parts. Used in page and worker. */
export class LiveBatcher {
	readonly #frameRate: number;
	readonly #sink: LiveBatcherSink;
	#bits: number;
	#holding = false;
	#encoder: VideoEncoder | null = null;
	#choosing = false;
	#size = { width: 0, height: 0 };
	/** Codec of the current encoder. */
	#codec = '';
	#wantsKey = true;
	#lastMs = -Infinity;
	#lastKeyMs = -Infinity;
	#flushedMs = -Infinity;
	#timer: ReturnType<typeof setTimeout> | null = null;
	#frames: LiveFrame[] = [];
	#closed = false;

	constructor(bitsPerSecond: number, frameRate: number, sink: LiveBatcherSink) {
		this.#bits = bitsPerSecond;
		this.#frameRate = frameRate;
		this.#sink = sink;
	}

	/** Takes ownership of the frame. */
	encode(frame: VideoFrame, capturedUs: number): void {
		try {
			this.#encode(frame, capturedUs);
		} catch (error) {
			this.#fail('unavailable', error);
		} finally {
			frame.close();
		}
	}

	requestKeyFrame(): void {
		this.#wantsKey = true;
	}

	setPace(bitsPerSecond: number, holding: boolean): void {
		this.#holding = holding;
		if (bitsPerSecond === this.#bits) return;
		this.#bits = bitsPerSecond;
		if (this.#encoder?.state === 'configured') this.#encoder.configure(this.#config(this.#codec));
	}

	close(): void {
		this.#closed = true;
		if (this.#timer !== null) clearTimeout(this.#timer);
		if (this.#encoder !== null && this.#encoder.state !== 'closed') this.#encoder.close();
	}

	#encode(frame: VideoFrame, capturedUs: number): void {
		if (this.#closed) return;
		const atMs = capturedUs / 1000;
		const tooSoon = atMs - this.#lastMs < 1000 / this.#frameRate - SLACK_MS;
		if (tooSoon || this.#choosing || (this.#holding && !this.#wantsKey)) return;
		// H.264 with 4:2:0 chroma requires even dimensions.
		const width = frame.displayWidth - (frame.displayWidth % 2);
		const height = frame.displayHeight - (frame.displayHeight % 2);
		if (width !== this.#size.width || height !== this.#size.height) {
			this.#size = { width, height };
			void this.#choose();
			return;
		}
		const encoder = this.#encoder;
		if (encoder === null || encoder.encodeQueueSize > MAX_QUEUED) return;
		const keyFrame = this.#wantsKey || atMs - this.#lastKeyMs >= KEY_FRAME_MS - SLACK_MS;
		if (keyFrame) {
			this.#lastKeyMs = atMs;
			this.#wantsKey = false;
		}
		this.#lastMs = atMs;
		const stamped = new VideoFrame(frame, { timestamp: capturedUs });
		encoder.encode(stamped, { keyFrame });
		stamped.close();
	}

	/** Prefers H.264, which phones encode in hardware. */
	async #choose(): Promise<void> {
		this.#choosing = true;
		const { width, height } = this.#size;
		const level = width * height > 1280 * 720 ? '28' : '1F';
		try {
			for (const codec of [`avc1.42E0${level}`, 'vp8']) {
				const config = this.#config(codec);
				const { supported } = await VideoEncoder.isConfigSupported(config);
				if (supported !== true || this.#closed) continue;
				this.#flush();
				if (this.#encoder !== null && this.#encoder.state !== 'closed') this.#encoder.close();
				this.#codec = codec;
				this.#encoder = new VideoEncoder({
					output: (chunk) => {
						this.#add(chunk);
					},
					error: (error) => {
						this.#fail('unavailable', error);
					},
				});
				this.#encoder.configure(config);
				this.#wantsKey = true;
				return;
			}
			if (!this.#closed)
				this.#fail('unsupported', new Error('neither H.264 nor VP8 can be encoded here'));
		} catch (error) {
			this.#fail('unavailable', error);
		} finally {
			this.#choosing = false;
		}
	}

	#config(codec: string): VideoEncoderConfig {
		return {
			...{ codec, ...this.#size, latencyMode: 'realtime' },
			...{ bitrate: this.#bits, framerate: this.#frameRate },
			...(codec.startsWith('avc1') ? { avc: { format: 'annexb' as const } } : {}),
		};
	}

	#add(chunk: EncodedVideoChunk): void {
		if (this.#closed) return;
		const bytes: Bytes = new Uint8Array(chunk.byteLength);
		chunk.copyTo(bytes);
		const key = chunk.type === 'key';
		if (key || this.#frames.length >= MAX_FRAMES) this.#flush();
		this.#frames.push({ key, capturedUs: chunk.timestamp, bytes });
		const waitMs = this.#flushedMs + PART_MS - performance.now();
		if (waitMs <= 0) this.#flush();
		else
			this.#timer ??= setTimeout(() => {
				this.#flush();
			}, waitMs);
	}

	#flush(): void {
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = null;
		const frames = this.#frames;
		if (frames.length === 0 || this.#closed) return;
		this.#frames = [];
		this.#flushedMs = performance.now();
		this.#sink.part({ kind: 'frames', codec: this.#codec, ...this.#size, frames });
	}

	#fail(kind: 'unsupported' | 'unavailable', error: unknown): void {
		if (this.#closed) return;
		this.close();
		this.#sink.failed(kind, error instanceof Error ? error.message : String(error));
	}
}
