import type { EncodedVideoPacketSource, Output } from 'mediabunny';
import { Fault } from '#domain/fault.ts';
import type { Captured } from '#ports/capture.ts';
import type { Encoder, EncoderOptions, EncoderSink, Encoding } from '#ports/encoder.ts';
import { Cutting } from './cutting.ts';
import { streamOf } from './picture.ts';

/**
 * H.264 by WebCodecs, muxed by mediabunny, for browsers whose MediaRecorder writes no MP4 (Firefox).
 * Frames come from a hidden video as it shows them, so this records only while the page is in front.
 * Sound is left out and said to be missing: an audio track here stalled the muxer for good.
 */
export class CodecEncoder implements Encoder {
	start(captured: Captured, options: EncoderOptions, sink: EncoderSink): Encoding {
		return new CodecEncoding(captured, options, sink);
	}
}

const STOP_DEADLINE_MS = 5000;
/** More frames than this in the encoder, and new ones are left out: the device is too slow for them. */
const MOST_QUEUED = 8;

interface Muxer {
	readonly output: Output;
	readonly source: EncodedVideoPacketSource;
	readonly packetOf: (chunk: EncodedVideoChunk) => Parameters<EncodedVideoPacketSource['add']>[0];
}

class CodecEncoding implements Encoding {
	readonly soundMissing: boolean;
	readonly #options: EncoderOptions;
	readonly #cutting: Cutting;
	readonly #video = document.createElement('video');
	readonly #encoder: VideoEncoder;
	readonly #muxer: Promise<Muxer>;
	#muxing: Promise<void> = Promise.resolve();
	#size: { readonly width: number; readonly height: number } | null = null;
	#firstMs: number | null = null;
	#lastMs = -Infinity;
	#lastKeyMs = -Infinity;
	#tellFirst: (ms: number) => void = () => undefined;
	#stopping: Promise<void> | null = null;
	#ended = false;

	constructor(captured: Captured, options: EncoderOptions, sink: EncoderSink) {
		if (typeof VideoEncoder === 'undefined') {
			throw new Fault('unsupported', 'this browser has no video encoder');
		}
		const [track] = streamOf(captured.picture).getVideoTracks();
		if (track === undefined) throw new Fault('unsupported', 'there is no picture to record');
		this.#options = options;
		this.soundMissing = options.sound;
		const first = new Promise<number>((done) => {
			this.#tellFirst = done;
		});
		this.#cutting = new Cutting(options.frameRate, first, {
			init: (section) => {
				sink.init(section);
			},
			fragment: (fragment) => {
				sink.fragment(fragment);
			},
			ended: (fault) => {
				this.#letGo();
				sink.ended(fault);
			},
		});
		this.#muxer = this.#makeMuxer();
		this.#muxer.catch((error: unknown) => {
			this.#fail(error);
		});
		this.#encoder = new VideoEncoder({
			output: (chunk, meta) => {
				this.#mux(chunk, meta);
			},
			error: (error) => {
				this.#fail(error);
			},
		});
		this.#video.muted = true;
		this.#video.srcObject = new MediaStream([track]);
		this.#video.requestVideoFrameCallback(this.#see);
		this.#video.play().catch((error: unknown) => {
			this.#fail(error);
		});
	}

	stop(): Promise<void> {
		this.#stopping ??= this.#stop();
		return this.#stopping;
	}

	async #stop(): Promise<void> {
		const late = setTimeout(() => {
			this.#cutting.end(null);
		}, STOP_DEADLINE_MS);
		try {
			if (this.#encoder.state === 'configured') await this.#encoder.flush();
			await this.#muxing;
			const { output } = await this.#muxer;
			if (this.#firstMs !== null) await output.finalize();
			this.#cutting.finish(true);
		} catch {
			// What was whole is delivered; the rest of the last second is not.
			this.#cutting.end(null);
		}
		await this.#over;
		clearTimeout(late);
	}

	#tellOver: () => void = () => undefined;
	readonly #over = new Promise<void>((done) => {
		this.#tellOver = done;
	});

	readonly #see = (_nowMs: number, shown: VideoFrameCallbackMetadata): void => {
		if (this.#ended || this.#stopping !== null) return;
		this.#video.requestVideoFrameCallback(this.#see);
		const atMs = shown.captureTime ?? shown.presentationTime;
		const tooSoon = atMs - this.#lastMs < 1000 / this.#options.frameRate - 8;
		if (tooSoon || this.#encoder.encodeQueueSize > MOST_QUEUED) return;
		const { width, height } = shown;
		if (this.#size !== null && (this.#size.width !== width || this.#size.height !== height)) {
			this.#fail(new Fault('aborted', 'the picture changed its size'));
			return;
		}
		if (this.#size === null) {
			this.#size = { width, height };
			this.#configure(width, height);
		}
		if (this.#firstMs === null) {
			this.#firstMs = atMs;
			this.#tellFirst(atMs);
		}
		this.#lastMs = atMs;
		const keyFrame = atMs - this.#lastKeyMs >= this.#options.keyFrameMs - 8;
		if (keyFrame) this.#lastKeyMs = atMs;
		try {
			const timestamp = Math.round((atMs - this.#firstMs) * 1000);
			const frame = new VideoFrame(this.#video, { timestamp });
			this.#encoder.encode(frame, { keyFrame });
			frame.close();
		} catch (error) {
			this.#fail(error);
		}
	};

	#configure(width: number, height: number): void {
		const { bitsPerSecond: bitrate, frameRate: framerate } = this.#options;
		this.#encoder.configure({
			// Constrained baseline; level 3.1 is enough up to 720p30, 4.0 for more.
			codec: width * height > 1280 * 720 ? 'avc1.42E028' : 'avc1.42E01F',
			avc: { format: 'avc' },
			latencyMode: 'realtime',
			// H.264 in 4:2:0 has even sides only.
			width: width - (width % 2),
			height: height - (height % 2),
			bitrate,
			framerate,
		});
	}

	async #makeMuxer(): Promise<Muxer> {
		const bunny = await import('mediabunny');
		const output = new bunny.Output({
			format: new bunny.Mp4OutputFormat({ fastStart: 'fragmented', minimumFragmentDuration: 0.1 }),
			target: new bunny.StreamTarget(
				new WritableStream({
					write: ({ data }) => {
						this.#cutting.push(data.slice().buffer);
					},
				}),
			),
		});
		const source = new bunny.EncodedVideoPacketSource('avc');
		output.addVideoTrack(source);
		await output.start();
		return { output, source, packetOf: (chunk) => bunny.EncodedPacket.fromEncodedChunk(chunk) };
	}

	#mux(chunk: EncodedVideoChunk, meta: EncodedVideoChunkMetadata | undefined): void {
		this.#muxing = this.#muxing
			.then(async () => {
				const { source, packetOf } = await this.#muxer;
				await source.add(packetOf(chunk), meta);
			})
			.catch((error: unknown) => {
				this.#fail(error);
			});
	}

	#fail(error: unknown): void {
		if (this.#stopping !== null) return;
		this.#cutting.end(
			error instanceof Fault ? error : new Fault('unavailable', 'the encoder failed', error),
		);
	}

	#letGo(): void {
		this.#ended = true;
		this.#video.srcObject = null;
		if (this.#encoder.state !== 'closed') this.#encoder.close();
		this.#tellOver();
	}
}
