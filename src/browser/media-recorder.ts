import { Fault } from '#domain/fault.ts';
import type { Captured } from '#ports/capture.ts';
import type { Encoder, EncoderOptions, EncoderSink, Encoding } from '#ports/encoder.ts';
import { Cutting } from './cutting.ts';
import { firstFrame } from './frame-clock.ts';
import { streamOf } from './picture.ts';

/** `avc3` first: with `avc1` a rotation in mid-run breaks the file without any error. */
const VIDEO = ['avc3.42E01F', 'avc3', 'avc1.42E01F', 'av01.0.04M.08'];
const SOUND = ['opus', 'mp4a.40.2'];
const STOP_DEADLINE_MS = 5000;

/** The best type this browser's MediaRecorder can write as MP4, or `null`. A bare `video/mp4` would be VP9. */
export function recorderType(sound: boolean): string | null {
	if (typeof MediaRecorder === 'undefined') return null;
	const types = VIDEO.flatMap((video) =>
		sound
			? SOUND.map((audio) => `video/mp4;codecs=${video},${audio}`)
			: [`video/mp4;codecs=${video}`],
	);
	return types.find((type) => MediaRecorder.isTypeSupported(type)) ?? null;
}

/** Records with the browser's own MediaRecorder and cuts its chunks in a worker. */
export class MediaRecorderEncoder implements Encoder {
	start(captured: Captured, options: EncoderOptions, sink: EncoderSink): Encoding {
		return new RecorderEncoding(captured, options, sink);
	}
}

class RecorderEncoding implements Encoding {
	readonly soundMissing: boolean;
	readonly #recorder: MediaRecorder;
	readonly #cutting: Cutting;
	/** Chunks are read one after the other, whatever their size. */
	#reading: Promise<void> = Promise.resolve();
	#stopping: Promise<void> | null = null;
	#over: () => void = () => undefined;
	readonly #whenOver = new Promise<void>((done) => {
		this.#over = done;
	});

	constructor(captured: Captured, options: EncoderOptions, sink: EncoderSink) {
		const stream = streamOf(captured.picture);
		const [track] = stream.getVideoTracks();
		const [voice] = options.sound ? stream.getAudioTracks() : [];
		const typeWithSound = voice === undefined ? null : recorderType(true);
		const mimeType = typeWithSound ?? recorderType(false);
		if (mimeType === null || track === undefined) {
			throw new Fault('unsupported', 'this browser records no MP4');
		}
		this.soundMissing = options.sound && typeWithSound === null;
		const tracks = voice === undefined || typeWithSound === null ? [track] : [track, voice];
		const settings: MediaRecorderOptions & { videoKeyFrameIntervalDuration: number } = {
			mimeType,
			videoBitsPerSecond: options.bitsPerSecond,
			audioBitsPerSecond: 32_000,
			videoKeyFrameIntervalDuration: options.keyFrameMs,
		};
		try {
			this.#recorder = new MediaRecorder(new MediaStream(tracks), settings);
			// A fragment cannot be delivered before its last frame; half an interval delivers it soon after.
			this.#recorder.start(options.keyFrameMs / 2);
		} catch (error) {
			throw new Fault('unavailable', 'the recorder did not start', error);
		}
		this.#cutting = new Cutting(options.frameRate, firstFrame(track), {
			init: (section) => {
				sink.init(section);
			},
			fragment: (fragment) => {
				sink.fragment(fragment);
			},
			ended: (fault) => {
				if (this.#recorder.state !== 'inactive') this.#recorder.stop();
				this.#over();
				sink.ended(fault);
			},
		});
		this.#recorder.ondataavailable = ({ data }) => {
			this.#read(data);
		};
		this.#recorder.onerror = () => {
			this.#cutting.end(new Fault('unavailable', 'the recorder failed'));
		};
		this.#recorder.onstop = () => {
			void this.#reading.then(() => {
				this.#cutting.finish(this.#stopping !== null);
			});
		};
	}

	stop(): Promise<void> {
		this.#stopping ??= this.#stop();
		return this.#stopping;
	}

	async #stop(): Promise<void> {
		if (this.#recorder.state !== 'inactive') this.#recorder.stop();
		const late = setTimeout(() => {
			this.#cutting.end(null);
		}, STOP_DEADLINE_MS);
		await this.#whenOver;
		clearTimeout(late);
	}

	#read(chunk: Blob): void {
		if (chunk.size === 0) return;
		this.#reading = this.#reading
			.then(async () => {
				this.#cutting.push(await chunk.arrayBuffer());
			})
			.catch((error: unknown) => {
				this.#cutting.end(new Fault('unavailable', 'a chunk of the recorder did not read', error));
			});
	}
}
