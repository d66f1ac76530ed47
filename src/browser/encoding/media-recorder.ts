import { Fault, faultOf } from '#domain/base/fault.ts';
import type { Captured } from '#ports/media/capture.ts';
import type {
	Encoder,
	EncoderOptions,
	EncoderSink,
	Encoding,
	Fragment,
} from '#ports/media/encoder.ts';
import { Cutting } from './cutting.ts';
import { firstFrame, isMoving } from '#browser/capture/frame-clock.ts';
import { streamOf } from '#browser/capture/picture.ts';
import { whenLate } from '#browser/device/when-late.ts';

/** `avc3` first: with `avc1` a rotation in mid-run breaks the file without any error. */
const VIDEO = ['avc3.42E01F', 'avc3', 'avc1.42E01F', 'av01.0.04M.08'];
const SOUND = ['opus', 'mp4a.40.2'];
const STOP_DEADLINE_MS = 5000;
/** With sound the first bytes come as soon as without, or they never come. */
const SOUND_DEADLINE_MS = 3000;
/** Sound that is away longer has ended; another recorder begins without it. */
const SILENT_S = 3;
/** Tracks that live and give nothing any more: the next recorder does not wait for them. */
const fallenSilent = new WeakSet<MediaStreamTrack>();

/**
 * The best type this browser's MediaRecorder can write as MP4, or `null`. A bare `video/mp4` would
 * be VP9.
 */
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
	start(captured: Pick<Captured, 'picture'>, options: EncoderOptions, sink: EncoderSink): Encoding {
		return new RecorderEncoding(captured, options, sink);
	}
}

class RecorderEncoding implements Encoding {
	soundMissing = false;
	readonly #picture: MediaStreamTrack;
	readonly #options: EncoderOptions;
	readonly #sink: EncoderSink;
	#recorder: MediaRecorder;
	#cutting: Cutting;
	/** Chunks are read one after the other, whatever their size. */
	#reading: Promise<void> = Promise.resolve();
	#stopping: Promise<void> | null = null;
	#soundCame: () => void = () => undefined;
	#chunks = 0;
	/** `null`: no sound is recorded, or it has ended. */
	#voice: MediaStreamTrack | null = null;
	/** Media time up to which there was sound. */
	#heardS = 0;
	#over: () => void = () => undefined;
	readonly #whenOver = new Promise<void>((done) => {
		this.#over = done;
	});

	constructor(captured: Pick<Captured, 'picture'>, options: EncoderOptions, sink: EncoderSink) {
		const stream = streamOf(captured.picture);
		const [picture] = stream.getVideoTracks();
		const voices = options.sound ? stream.getAudioTracks() : [];
		const voice = voices.find(({ readyState }) => readyState === 'live') ?? null;
		if (picture === undefined) throw new Fault('unsupported', 'there is no picture to record');
		this.#picture = picture;
		this.#options = options;
		this.#sink = sink;
		const withSound = voice === null || fallenSilent.delete(voice) ? null : recorderType(true);
		this.soundMissing = options.sound && withSound === null;
		if (voice === null || withSound === null) {
			[this.#recorder, this.#cutting] = this.#begin(recorderType(false), [picture]);
			return;
		}
		this.#voice = voice;
		[this.#recorder, this.#cutting] = this.#begin(withSound, [picture, voice]);
		this.#soundCame = whenLate(SOUND_DEADLINE_MS, () => {
			this.#goOnWithoutSound();
		});
	}

	stop(): Promise<void> {
		this.#stopping ??= this.#stop();
		return this.#stopping;
	}

	async #stop(): Promise<void> {
		this.#soundCame();
		if (this.#recorder.state !== 'inactive') this.#recorder.stop();
		const late = setTimeout(() => {
			this.#cutting.end(null);
		}, STOP_DEADLINE_MS);
		await this.#whenOver;
		clearTimeout(late);
	}

	#begin(mimeType: string | null, tracks: MediaStreamTrack[]): [MediaRecorder, Cutting] {
		if (mimeType === null) throw new Fault('unsupported', 'this browser records no MP4');
		const { bitsPerSecond, keyFrameMs, frameRate } = this.#options;
		const settings: MediaRecorderOptions & { videoKeyFrameIntervalDuration: number } = {
			mimeType,
			videoBitsPerSecond: bitsPerSecond,
			audioBitsPerSecond: 32_000,
			videoKeyFrameIntervalDuration: keyFrameMs,
		};
		const recorder = started(new MediaStream(tracks), settings, keyFrameMs / 2);
		const cutting = new Cutting(frameRate, firstFrame(this.#picture), {
			init: (section) => {
				this.#sink.init(section);
			},
			fragment: (fragment) => {
				this.#sink.fragment(fragment);
				this.#listen(fragment);
			},
			ended: (fault) => {
				this.#soundCame();
				if (recorder.state !== 'inactive') recorder.stop();
				this.#over();
				this.#sink.ended(fault);
			},
		});
		recorder.ondataavailable = ({ data }) => {
			this.#read(data, cutting);
		};
		recorder.onerror = () => {
			cutting.end(new Fault('unavailable', 'the recorder failed'));
		};
		recorder.onstop = () => {
			void this.#reading.then(() => {
				cutting.finish(this.#stopping !== null);
			});
		};
		return [recorder, cutting];
	}

	/** RC26: pictures go on without sound; not in a run that promises it. */
	#listen({ sound, mediaTicks, durationTicks, timescale }: Fragment): void {
		const untilS = (mediaTicks + durationTicks) / timescale;
		if (sound) this.#heardS = untilS;
		if (this.#voice === null || untilS - this.#heardS <= SILENT_S) return;
		this.#voice = null;
		this.#sink.outgrown();
	}

	/**
	 * A track that lives and gives nothing holds everything back; a lens that gives nothing is
	 * another matter.
	 */
	async #miss(voice: MediaStreamTrack): Promise<void> {
		const chunks = this.#chunks;
		if (!(await isMoving(this.#picture)) || this.#stopping !== null) return;
		if (this.#voice === null || this.#chunks > chunks) return;
		this.#voice = null;
		fallenSilent.add(voice);
		this.#sink.outgrown();
	}

	/**
	 * A MediaRecorder that waits for sound delivers nothing at all, for ever: the picture is worth
	 * more.
	 */
	#goOnWithoutSound(): void {
		const silent = this.#recorder;
		silent.ondataavailable = silent.onerror = silent.onstop = null;
		this.#cutting.drop();
		this.soundMissing = true;
		this.#voice = null;
		try {
			[this.#recorder, this.#cutting] = this.#begin(recorderType(false), [this.#picture]);
		} catch (error) {
			this.#over();
			this.#sink.ended(faultOf(error));
		}
		if (silent.state !== 'inactive') silent.stop();
	}

	#read(chunk: Blob, cutting: Cutting): void {
		if (chunk.size === 0) return;
		this.#chunks += 1;
		this.#soundCame();
		const voice = this.#voice;
		if (voice !== null) this.#soundCame = whenLate(SILENT_S * 1000, () => void this.#miss(voice));
		this.#reading = this.#reading
			.then(async () => {
				cutting.push(await chunk.arrayBuffer());
			})
			.catch((error: unknown) => {
				cutting.end(new Fault('unavailable', 'a chunk of the recorder did not read', error));
			});
	}
}

/**
 * A fragment cannot be delivered before its last frame; half an interval delivers it soon after.
 */
function started(stream: MediaStream, how: MediaRecorderOptions, sliceMs: number): MediaRecorder {
	try {
		const recorder = new MediaRecorder(stream, how);
		recorder.start(sliceMs);
		return recorder;
	} catch (error) {
		throw new Fault('unavailable', 'the recorder did not start', error);
	}
}
