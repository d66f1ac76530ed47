import type * as MediaBunny from 'mediabunny';
import type { EncodedAudioPacketSource, EncodedVideoPacketSource, Output } from 'mediabunny';
import { Fault } from '#domain/base/fault.ts';
import type { Captured } from '#ports/media/capture.ts';
import type { Encoder, EncoderOptions, EncoderSink, Encoding } from '#ports/media/encoder.ts';
import { Cutting } from './cutting.ts';
import { streamOf } from '#browser/capture/picture.ts';
import { Voice, type VoicePacket } from './voice.ts';

/**
 * H.264 by WebCodecs, muxed by mediabunny, for browsers whose MediaRecorder writes no MP4
 * (Firefox). Frames come from a hidden video as it shows them, so this records only while the page
 * is in front. A muxer that waits for sound stalls the picture, too: so sound has deadlines, and is
 * said to be missing.
 */
export class CodecEncoder implements Encoder {
	start(captured: Pick<Captured, 'picture'>, options: EncoderOptions, sink: EncoderSink): Encoding {
		return new CodecEncoding(captured, options, sink);
	}
}

const STOP_DEADLINE_MS = 5000;
/**
 * More frames than this in the encoder, and new ones are left out: the device is too slow for them.
 */
const MOST_QUEUED = 8;
/** Sound that pauses longer has ended; another encoding begins without it. */
const SILENT_MS = 3000;
/** What waits in the page's queue is heard in that time. */
const HEARD_MS = 100;

interface Muxer {
	readonly output: Output;
	readonly source: EncodedVideoPacketSource;
	/** `null`: no sound in time. */
	readonly sound: EncodedAudioPacketSource | null;
	readonly code: typeof MediaBunny;
}

class CodecEncoding implements Encoding {
	soundMissing = false;
	readonly #voice: Voice | null;
	readonly #options: EncoderOptions;
	readonly #cutting: Cutting;
	readonly #video = document.createElement('video');
	readonly #encoder: VideoEncoder;
	readonly #muxer: Promise<Muxer>;
	#muxing: Promise<void> = Promise.resolve();
	/** Apart from the picture's: the muxer holds one up until the other has come as far. */
	#muxingSound: Promise<void> = Promise.resolve();
	#size: { readonly width: number; readonly height: number } | null = null;
	#firstMs: number | null = null;
	#lastMs = -Infinity;
	#lastKeyMs = -Infinity;
	#tellFirst: (ms: number) => void = () => undefined;
	#stopping: Promise<void> | null = null;
	#ended = false;
	readonly #sink: EncoderSink;
	/** What it records is not what it began with; another one follows. */
	#outgrown = false;
	/** Whether sound is recorded that has not ended. */
	#hears = false;

	constructor(captured: Pick<Captured, 'picture'>, options: EncoderOptions, sink: EncoderSink) {
		if (typeof VideoEncoder === 'undefined') {
			throw new Fault('unsupported', 'this browser has no video encoder');
		}
		const [track] = streamOf(captured.picture).getVideoTracks();
		if (track === undefined) throw new Fault('unsupported', 'there is no picture to record');
		this.#options = options;
		this.#sink = sink;
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
		const [voice] = options.sound ? streamOf(captured.picture).getAudioTracks() : [];
		this.#voice = voice === undefined ? null : new Voice(voice);
		// Its context would go on with silence for ever, and nobody would be told.
		voice?.addEventListener('ended', () => this.#hears && void this.#goOnWithoutSound());
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
			this.#voice?.stop();
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
		if (this.#ended || this.#stopping !== null || this.#outgrown) return;
		this.#video.requestVideoFrameCallback(this.#see);
		this.#listen();
		const atMs = shown.captureTime ?? shown.presentationTime;
		const tooSoon = atMs - this.#lastMs < 1000 / this.#options.frameRate - 8;
		// Told of a picture that is not there yet, as tracks made of frames do at their beginning.
		if (this.#video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
		if (tooSoon || this.#encoder.encodeQueueSize > MOST_QUEUED) return;
		const { width, height } = shown;
		if (this.#size !== null && (this.#size.width !== width || this.#size.height !== height)) {
			// RC27: a run has one size.
			this.#outgrown = true;
			this.#sink.outgrown();
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
		const code = await import('mediabunny');
		const heard = (await this.#voice?.ready) === true;
		this.soundMissing = this.#options.sound && !heard;
		const output = new code.Output({
			format: new code.Mp4OutputFormat({ fastStart: 'fragmented', minimumFragmentDuration: 0.1 }),
			target: new code.StreamTarget(
				new WritableStream({
					write: ({ data }) => {
						this.#cutting.push(data.slice().buffer);
					},
				}),
			),
		});
		const source = new code.EncodedVideoPacketSource('avc');
		const sound = heard ? new code.EncodedAudioPacketSource('opus') : null;
		output.addVideoTrack(source);
		if (sound !== null) output.addAudioTrack(sound);
		await output.start();
		if (sound !== null) {
			this.#hears = true;
			this.#voice?.feed((packet) => {
				this.#muxSound(packet, sound, code);
			});
		}
		return { output, source, sound, code };
	}

	#mux(chunk: EncodedVideoChunk, meta: EncodedVideoChunkMetadata | undefined): void {
		this.#muxing = this.#muxing
			.then(async () => {
				const { source, code } = await this.#muxer;
				await source.add(code.EncodedPacket.fromEncodedChunk(chunk), meta);
			})
			.catch((error: unknown) => {
				this.#fail(error);
			});
	}

	/**
	 * RC26: a muxer holds the picture up until the sound has come as far. Where sound ends, it is
	 * told so.
	 */
	#listen(): void {
		const silent = () => performance.now() - (this.#voice?.lastMs ?? 0) > SILENT_MS;
		if (!this.#hears || !silent()) return;
		this.#hears = false;
		// After a stall of the page its packets stand in the queue behind the picture's.
		setTimeout(() => {
			this.#hears = !silent();
			if (!this.#hears && !this.#ended) void this.#goOnWithoutSound();
		}, HEARD_MS);
	}

	async #goOnWithoutSound(): Promise<void> {
		this.#hears = false;
		const { sound } = await this.#muxer;
		this.#voice?.stop();
		await this.#muxingSound;
		sound?.close();
		if (!this.#ended) this.#sink.outgrown();
	}

	#muxSound(
		{ chunk, atMs, meta }: VoicePacket,
		sound: EncodedAudioPacketSource,
		code: typeof MediaBunny,
	): void {
		this.#muxingSound = this.#muxingSound
			.then(async () => {
				const seconds = (atMs - (this.#firstMs ?? Infinity)) / 1000;
				// What was said before the first picture belongs to no footage.
				if (seconds < 0 || this.#ended) return;
				const packet = code.EncodedPacket.fromEncodedChunk(chunk).clone({ timestamp: seconds });
				await sound.add(packet, meta);
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
		this.#voice?.stop();
		if (this.#encoder.state !== 'closed') this.#encoder.close();
		this.#tellOver();
	}
}
