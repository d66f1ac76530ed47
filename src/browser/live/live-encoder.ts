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

/** Uses WebCodecs if the browser supports a codec there, else sends fragments. */
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
 * Encodes with WebCodecs: in a worker if it can read the track's frames, else from a hidden video.
 */
export class WebCodecsLiveEncoder implements LiveEncoder {
	/** Loaded in advance; idle until an encoding starts. */
	#preloaded: Worker | null = null;

	preload(): void {
		if (trackProcessor() !== null) this.#preloaded ??= encodingWorker();
	}

	start(picture: Picture, options: LiveEncoderOptions, sink: LiveEncoderSink): LiveEncoding {
		if (typeof VideoEncoder === 'undefined') {
			throw new Fault('unsupported', 'this browser has no VideoEncoder');
		}
		const track = streamOf(picture)
			.getVideoTracks()
			.find(({ readyState }) => readyState === 'live');
		if (track === undefined)
			throw new Fault('unsupported', 'cannot encode: the picture has no live video track');
		const [audio] = streamOf(picture).getAudioTracks();
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
		return withSound(silent, audio ?? null, options, sink);
	}
}

type SilentEncoding = Omit<LiveEncoding, 'setSound'>;

/** Adds sound to the frames, encoded only while somebody listens. */
function withSound(
	silent: SilentEncoding,
	track: MediaStreamTrack | null,
	{ wallOffsetMs }: LiveEncoderOptions,
	sink: LiveEncoderSink,
): LiveEncoding {
	let encoder: SoundEncoder | null = null;
	const stopSound = (): void => {
		encoder?.stop();
		encoder = null;
	};
	return {
		...silent,
		setSound: (on) => {
			if (!on) stopSound();
			else if (track !== null && typeof AudioEncoder !== 'undefined') {
				encoder ??= new SoundEncoder(track.clone(), wallOffsetMs, (part) => {
					sink.part(part);
				});
			}
		},
		stop: () => {
			stopSound();
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
		post({ kind: 'end' });
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
		fail(new Fault('internal', 'the live encoder’s worker failed'));
	};
	const post = (message: ToLiveEncoder, transfer: Transferable[] = []): void => {
		worker.postMessage(message, transfer);
	};
	post({ kind: 'begin', frames, originMs: performance.timeOrigin, ...options }, [frames]);
	return {
		requestKeyFrame: () => {
			post({ kind: 'key' });
		},
		setPace: ({ bitsPerSecond, holding }) => {
			post({ kind: 'pace', bitsPerSecond, holding });
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
	let stopped = false;
	const stop = (): void => {
		stopped = true;
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
	const onFrame = (nowMs: number, shown: VideoFrameCallbackMetadata): void => {
		if (stopped) return;
		video.requestVideoFrameCallback(onFrame);
		const atMs = shown.captureTime ?? nowMs;
		const capturedUs = Math.round((atMs + options.wallOffsetMs) * 1000);
		batcher.encode(new VideoFrame(video, { timestamp: capturedUs }), capturedUs);
	};
	video.muted = true;
	video.srcObject = new MediaStream([track]);
	video.requestVideoFrameCallback(onFrame);
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
