import { Serial } from '#domain/base/serial.ts';
import type * as MediaBunny from 'mediabunny';
import type { EncodedAudioPacketSource, EncodedVideoPacketSource, Output } from 'mediabunny';
import { Fault } from '#domain/base/fault.ts';
import type { Captured } from '#ports/media/capture.ts';
import type { Encoder, EncoderOptions, EncoderSink, Encoding } from '#ports/media/encoder.ts';
import { FragmenterClient } from './fragmenter-client.ts';
import { streamOf } from '#browser/capture/picture.ts';
import { Microphone, type MicrophonePacket } from './microphone.ts';

/**
 * H.264 from WebCodecs, muxed by mediabunny, for browsers whose MediaRecorder writes no MP4
 * (Firefox). Takes the frames that an off-screen video presents, so it records only while the page
 * is visible. A muxer that waits for sound stalls the video too, so sound has deadlines and is
 * reported as missing.
 */
export class WebCodecsEncoder implements Encoder {
	start(captured: Pick<Captured, 'picture'>, options: EncoderOptions, sink: EncoderSink): Encoding {
		return new WebCodecsEncoding(captured, options, sink);
	}
}

const STOP_DEADLINE_MS = 5000;
/** With more frames than this in the encoder, new ones are dropped: the device is too slow. */
const MAX_QUEUED_FRAMES = 8;
/** RC20: sound that pauses for longer has ended; the next encoding starts without it. */
const SILENT_MS = 3000;
/** Time for queued audio packets to be processed. */
const SOUND_SETTLE_MS = 100;

interface Muxer {
	readonly output: Output;
	readonly source: EncodedVideoPacketSource;
	/** `null`: no sound arrived in time. */
	readonly sound: EncodedAudioPacketSource | null;
	readonly code: typeof MediaBunny;
}

class WebCodecsEncoding implements Encoding {
	soundMissing = false;
	readonly #microphone: Microphone | null;
	readonly #options: EncoderOptions;
	readonly #fragmenter: FragmenterClient;
	readonly #video = document.createElement('video');
	readonly #encoder: VideoEncoder;
	readonly #muxer: Promise<Muxer>;
	readonly #muxing = new Serial();
	/** Separate from the video queue: the muxer blocks each track until the other catches up. */
	readonly #muxingSound = new Serial();
	#size: { readonly width: number; readonly height: number } | null = null;
	#firstMs: number | null = null;
	#lastMs = -Infinity;
	#lastKeyMs = -Infinity;
	#resolveFirst: (ms: number) => void = () => undefined;
	#stopping: Promise<void> | null = null;
	#ended = false;
	readonly #sink: EncoderSink;
	/** Size or tracks changed: stopped encoding until the next encoding replaces this one. */
	#renewing = false;
	/** Sound is being recorded and has not ended. */
	#recordsSound = false;

	constructor(captured: Pick<Captured, 'picture'>, options: EncoderOptions, sink: EncoderSink) {
		if (typeof VideoEncoder === 'undefined') {
			throw new Fault('unsupported', 'this browser has no VideoEncoder');
		}
		const [track] = streamOf(captured.picture).getVideoTracks();
		if (track === undefined)
			throw new Fault('unsupported', 'the stream has no video track to record');
		this.#options = options;
		this.#sink = sink;
		const first = new Promise<number>((done) => {
			this.#resolveFirst = done;
		});
		this.#fragmenter = new FragmenterClient(options.frameRate, first, {
			init: (section) => {
				sink.init(section);
			},
			fragment: (fragment) => {
				sink.fragment(fragment);
			},
			ended: (fault) => {
				this.#release();
				sink.ended(fault);
			},
		});
		const [microphone] = options.sound ? streamOf(captured.picture).getAudioTracks() : [];
		this.#microphone = microphone === undefined ? null : new Microphone(microphone);
		// Otherwise the AudioContext would go on with silence and nobody would notice.
		microphone?.addEventListener(
			'ended',
			() => this.#recordsSound && void this.#goOnWithoutSound(),
		);
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
		this.#video.requestVideoFrameCallback(this.#onFrame);
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
			this.#fragmenter.end(null);
		}, STOP_DEADLINE_MS);
		try {
			if (this.#encoder.state === 'configured') await this.#encoder.flush();
			this.#microphone?.stop();
			await this.#muxing.run(() => undefined);
			const { output } = await this.#muxer;
			if (this.#firstMs !== null) await output.finalize();
			this.#fragmenter.finish(true);
		} catch {
			// Complete fragments were delivered; the rest of the last second is lost.
			this.#fragmenter.end(null);
		}
		await this.#over;
		clearTimeout(late);
	}

	#resolveOver: () => void = () => undefined;
	readonly #over = new Promise<void>((done) => {
		this.#resolveOver = done;
	});

	readonly #onFrame = (_nowMs: number, shown: VideoFrameCallbackMetadata): void => {
		if (this.#ended || this.#stopping !== null || this.#renewing) return;
		this.#video.requestVideoFrameCallback(this.#onFrame);
		this.#watchSound();
		const atMs = shown.captureTime ?? shown.presentationTime;
		const early = atMs - this.#lastMs < 1000 / this.#options.frameRate - 8;
		// Tracks made of frames fire this callback at first before the video has any data.
		if (this.#video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
		if (early || this.#encoder.encodeQueueSize > MAX_QUEUED_FRAMES) return;
		const { width, height } = shown;
		if (this.#size !== null && (this.#size.width !== width || this.#size.height !== height)) {
			// RC27: a run has one size.
			this.#renewing = true;
			this.#sink.renewalNeeded();
			return;
		}
		if (this.#size === null) {
			this.#size = { width, height };
			this.#configure(width, height);
		}
		if (this.#firstMs === null) {
			this.#firstMs = atMs;
			this.#resolveFirst(atMs);
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
			// Constrained Baseline; level 3.1 is enough up to 720p30, 4.0 above.
			codec: width * height > 1280 * 720 ? 'avc1.42E028' : 'avc1.42E01F',
			avc: { format: 'avc' },
			latencyMode: 'realtime',
			// H.264 with 4:2:0 needs even dimensions.
			width: width - (width % 2),
			height: height - (height % 2),
			bitrate,
			framerate,
		});
	}

	async #makeMuxer(): Promise<Muxer> {
		const code = await import('mediabunny');
		const heard = (await this.#microphone?.ready) === true;
		this.soundMissing = this.#options.sound && !heard;
		const output = new code.Output({
			format: new code.Mp4OutputFormat({ fastStart: 'fragmented', minimumFragmentDuration: 0.1 }),
			target: new code.StreamTarget(
				new WritableStream({
					write: ({ data }) => {
						this.#fragmenter.push(data.slice().buffer);
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
			this.#recordsSound = true;
			this.#microphone?.onPacket((packet) => {
				this.#muxSound(packet, sound, code);
			});
		}
		return { output, source, sound, code };
	}

	#mux(chunk: EncodedVideoChunk, meta: EncodedVideoChunkMetadata | undefined): void {
		void this.#muxing
			.run(async () => {
				const { source, code } = await this.#muxer;
				await source.add(code.EncodedPacket.fromEncodedChunk(chunk), meta);
			})
			.catch((error: unknown) => {
				this.#fail(error);
			});
	}

	/**
	 * RC26: the muxer holds video back until sound catches up, so its sound track must be closed when
	 * sound ends.
	 */
	#watchSound(): void {
		const silent = () => performance.now() - (this.#microphone?.lastPacketMs ?? 0) > SILENT_MS;
		if (!this.#recordsSound || !silent()) return;
		this.#recordsSound = false;
		// After a page stall, audio packets may still be queued behind the video callback.
		setTimeout(() => {
			this.#recordsSound = !silent();
			if (!this.#recordsSound && !this.#ended) void this.#goOnWithoutSound();
		}, SOUND_SETTLE_MS);
	}

	async #goOnWithoutSound(): Promise<void> {
		this.#recordsSound = false;
		const { sound } = await this.#muxer;
		this.#microphone?.stop();
		await this.#muxingSound.run(() => undefined);
		sound?.close();
		if (!this.#ended) this.#sink.renewalNeeded();
	}

	#muxSound(
		{ chunk, atMs, meta }: MicrophonePacket,
		sound: EncodedAudioPacketSource,
		code: typeof MediaBunny,
	): void {
		void this.#muxingSound
			.run(async () => {
				const seconds = (atMs - (this.#firstMs ?? Infinity)) / 1000;
				// Sound from before the first frame belongs to no footage.
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
		this.#fragmenter.end(
			error instanceof Fault
				? error
				: new Fault('unavailable', 'the WebCodecs encoder failed', error),
		);
	}

	#release(): void {
		this.#ended = true;
		this.#video.srcObject = null;
		this.#microphone?.stop();
		if (this.#encoder.state !== 'closed') this.#encoder.close();
		this.#resolveOver();
	}
}
