import { Fault } from '#domain/base/fault.ts';
import type { Picture } from '#ports/media/capture.ts';
import type {
	LiveEncoder,
	LiveEncoderOptions,
	LiveEncoderSink,
	LiveEncoding,
} from '#ports/media/live-encoder.ts';
import { trackProcessor } from '#browser/capture/frame-clock.ts';
import { FragmentLiveEncoder } from './fragment-live-encoder.ts';
import { SoundEncoder } from './sound-encoder.ts';
import { LiveBatcher } from './live-batcher.ts';
import type { FromLiveEncoder, ToLiveEncoder } from './live-encoder.worker.ts';
import liveUrl from './live-encoder.worker.ts?worker&url';
import { streamOf } from '#browser/capture/picture.ts';
import type { SharedEncoder } from '#browser/encoding/shared-encoder.ts';
import { trustedWorkerUrl } from '#browser/device/trusted-worker-url.ts';

/** By WebCodecs where a browser has it and finds a codec, else in fragments. */
export class BrowserLiveEncoder implements LiveEncoder {
	readonly #frames = new WebCodecsLiveEncoder();
	readonly #fragments: FragmentLiveEncoder;
	#encodes = typeof VideoEncoder !== 'undefined';

	constructor(recorders: SharedEncoder) {
		this.#fragments = new FragmentLiveEncoder(recorders);
	}

	preload(): void {
		if (this.#encodes) this.#frames.preload();
	}

	start(picture: Picture, options: LiveEncoderOptions, sink: LiveEncoderSink): LiveEncoding {
		if (!this.#encodes) return this.#fragments.start(picture, options, sink);
		return this.#frames.start(picture, options, {
			part: (part) => {
				sink.part(part);
			},
			ended: (fault) => {
				this.#encodes = fault.kind !== 'unsupported';
				sink.ended(fault);
			},
		});
	}
}

/**
 * Encodes by WebCodecs: in a worker where frames can be had there, else as a hidden video shows
 * them.
 */
export class WebCodecsLiveEncoder implements LiveEncoder {
	/** Loaded, and waiting for its first frame. */
	#preloaded: Worker | null = null;

	preload(): void {
		if (trackProcessor() !== null) this.#preloaded ??= encodingWorker();
	}

	start(picture: Picture, options: LiveEncoderOptions, sink: LiveEncoderSink): LiveEncoding {
		if (typeof VideoEncoder === 'undefined') {
			throw new Fault('unsupported', 'this browser has no video encoder');
		}
		const track = streamOf(picture)
			.getVideoTracks()
			.find(({ readyState }) => readyState === 'live');
		if (track === undefined) throw new Fault('unsupported', 'there is no picture to send');
		const [heard] = streamOf(picture).getAudioTracks();
		const Maker = trackProcessor();
		const worker = this.#preloaded;
		this.#preloaded = null;
		const silent =
			Maker === null
				? inPage(track, options, sink)
				: inWorker(
						worker ?? encodingWorker(),
						new Maker({ track, maxBufferSize: 1 }),
						options,
						sink,
					);
		return withSound(silent, heard ?? null, options, sink);
	}
}

type SilentEncoding = Omit<LiveEncoding, 'setSound'>;

/** The sound goes beside the frames, encoded only while somebody listens. */
function withSound(
	silent: SilentEncoding,
	track: MediaStreamTrack | null,
	{ wallOffsetMs }: LiveEncoderOptions,
	sink: LiveEncoderSink,
): LiveEncoding {
	let voice: SoundEncoder | null = null;
	const hush = (): void => {
		voice?.stop();
		voice = null;
	};
	return {
		...silent,
		setSound: (on) => {
			if (!on) hush();
			else if (track !== null && typeof AudioEncoder !== 'undefined') {
				voice ??= new SoundEncoder(track.clone(), wallOffsetMs, (part) => {
					sink.part(part);
				});
			}
		},
		stop: () => {
			hush();
			silent.stop();
		},
	};
}

function encodingWorker(): Worker {
	return new Worker(trustedWorkerUrl(liveUrl), { type: 'module', name: 'live' });
}

function inWorker(
	worker: Worker,
	{ readable: frames }: { readonly readable: ReadableStream<VideoFrame> },
	options: LiveEncoderOptions,
	sink: LiveEncoderSink,
): SilentEncoding {
	const stop = (): void => {
		worker.onmessage = worker.onerror = null;
		say({ kind: 'end' });
	};
	const fail = (fault: Fault): void => {
		stop();
		sink.ended(fault);
	};
	worker.onmessage = ({ data }: MessageEvent<FromLiveEncoder>) => {
		if (data.kind === 'part') sink.part(data.part);
		else fail(new Fault(data.fault, data.why));
	};
	worker.onerror = () => {
		worker.terminate();
		fail(new Fault('internal', 'the live encoder failed'));
	};
	const say = (message: ToLiveEncoder, transfer: Transferable[] = []): void => {
		worker.postMessage(message, transfer);
	};
	say({ kind: 'begin', frames, originMs: performance.timeOrigin, ...options }, [frames]);
	return {
		requestKeyFrame: () => {
			say({ kind: 'key' });
		},
		setPace: ({ bitsPerSecond, holding }) => {
			say({ kind: 'pace', bitsPerSecond, holding });
		},
		stop,
	};
}

function inPage(
	track: MediaStreamTrack,
	options: LiveEncoderOptions,
	sink: LiveEncoderSink,
): SilentEncoding {
	const video = document.createElement('video');
	let over = false;
	const stop = (): void => {
		over = true;
		batcher.close();
		video.srcObject = null;
	};
	const batcher = new LiveBatcher(options.bitsPerSecond, options.frameRate, {
		part: (part) => {
			sink.part(part);
		},
		failed: (kind, why) => {
			stop();
			sink.ended(new Fault(kind, why));
		},
	});
	const see = (nowMs: number, shown: VideoFrameCallbackMetadata): void => {
		if (over) return;
		video.requestVideoFrameCallback(see);
		const atMs = shown.captureTime ?? nowMs;
		const capturedUs = Math.round((atMs + options.wallOffsetMs) * 1000);
		batcher.encode(new VideoFrame(video, { timestamp: capturedUs }), capturedUs);
	};
	video.muted = true;
	video.srcObject = new MediaStream([track]);
	video.requestVideoFrameCallback(see);
	void video.play().catch(() => undefined);
	return {
		requestKeyFrame: () => {
			batcher.requestKeyFrame();
		},
		setPace: ({ bitsPerSecond, holding }) => {
			batcher.setPace(bitsPerSecond, holding);
		},
		stop,
	};
}
