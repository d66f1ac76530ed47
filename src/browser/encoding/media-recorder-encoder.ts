import { Serial } from '#domain/base/serial.ts';
import { Fault, faultOf } from '#domain/base/fault.ts';
import type { Captured } from '#ports/media/capture.ts';
import type {
	Encoder,
	EncoderOptions,
	EncoderSink,
	Encoding,
	Fragment,
} from '#ports/media/encoder.ts';
import { FragmenterClient } from './fragmenter-client.ts';
import { firstFrameTime, deliversFrames } from '#browser/capture/frame-clock.ts';
import { streamOf } from '#browser/capture/picture.ts';
import { startDeadlineTimer } from '#browser/device/deadline-timer.ts';

/** RC1: `avc3` first, because with `avc1` a rotation in mid-run silently breaks the file. */
const VIDEO_CODECS = ['avc3.42E01F', 'avc3', 'avc1.42E01F', 'av01.0.04M.08'];
const AUDIO_CODECS = ['opus', 'mp4a.40.2'];
const STOP_DEADLINE_MS = 5000;
/** RC20: with sound, the first bytes come as early as without, or never. */
const SOUND_DEADLINE_MS = 3000;
/** RC20: sound missing for longer has ended; the next recorder starts without it. */
const SILENT_S = 3;
/** RC26: live tracks that deliver nothing; the next recorder leaves them out once. */
const silentTracks = new WeakSet<MediaStreamTrack>();

/**
 * The best MP4 type this browser's MediaRecorder can write, or `null`. A bare `video/mp4` would be
 * VP9.
 */
export function recorderMimeType(sound: boolean): string | null {
	if (typeof MediaRecorder === 'undefined') return null;
	const types = VIDEO_CODECS.flatMap((video) =>
		sound
			? AUDIO_CODECS.map((audio) => `video/mp4;codecs=${video},${audio}`)
			: [`video/mp4;codecs=${video}`],
	);
	return types.find((type) => MediaRecorder.isTypeSupported(type)) ?? null;
}

/** Records with MediaRecorder and splits its chunks in a fragmenter worker. */
export class MediaRecorderEncoder implements Encoder {
	start(captured: Pick<Captured, 'picture'>, options: EncoderOptions, sink: EncoderSink): Encoding {
		return new MediaRecorderEncoding(captured, options, sink);
	}
}

class MediaRecorderEncoding implements Encoding {
	soundMissing = false;
	readonly #picture: MediaStreamTrack;
	readonly #options: EncoderOptions;
	readonly #sink: EncoderSink;
	#recorder: MediaRecorder;
	#fragmenter: FragmenterClient;
	/** Serializes reading, so that chunks stay in order. */
	readonly #reading = new Serial();
	#stopping: Promise<void> | null = null;
	#cancelSoundDeadline: () => void = () => undefined;
	#chunks = 0;
	/** `null`: sound is not recorded, or has ended. */
	#microphone: MediaStreamTrack | null = null;
	/** Media time up to which there was sound. */
	#heardS = 0;
	#resolveEnded: () => void = () => undefined;
	readonly #ended = new Promise<void>((done) => {
		this.#resolveEnded = done;
	});

	constructor(captured: Pick<Captured, 'picture'>, options: EncoderOptions, sink: EncoderSink) {
		const stream = streamOf(captured.picture);
		const [picture] = stream.getVideoTracks();
		const microphones = options.sound ? stream.getAudioTracks() : [];
		const microphone = microphones.find(({ readyState }) => readyState === 'live') ?? null;
		if (picture === undefined)
			throw new Fault('unsupported', 'the stream has no video track to record');
		this.#picture = picture;
		this.#options = options;
		this.#sink = sink;
		const withSound =
			microphone === null || silentTracks.delete(microphone) ? null : recorderMimeType(true);
		this.soundMissing = options.sound && withSound === null;
		if (microphone === null || withSound === null) {
			[this.#recorder, this.#fragmenter] = this.#begin(recorderMimeType(false), [picture]);
			return;
		}
		this.#microphone = microphone;
		[this.#recorder, this.#fragmenter] = this.#begin(withSound, [picture, microphone]);
		this.#cancelSoundDeadline = startDeadlineTimer(SOUND_DEADLINE_MS, () => {
			this.#goOnWithoutSound();
		});
	}

	stop(): Promise<void> {
		this.#stopping ??= this.#stop();
		return this.#stopping;
	}

	async #stop(): Promise<void> {
		this.#cancelSoundDeadline();
		if (this.#recorder.state !== 'inactive') this.#recorder.stop();
		const late = setTimeout(() => {
			this.#fragmenter.end(null);
		}, STOP_DEADLINE_MS);
		await this.#ended;
		clearTimeout(late);
	}

	#begin(mimeType: string | null, tracks: MediaStreamTrack[]): [MediaRecorder, FragmenterClient] {
		if (mimeType === null)
			throw new Fault('unsupported', 'the MediaRecorder of this browser writes no MP4');
		const { bitsPerSecond, keyFrameMs, frameRate } = this.#options;
		const settings: MediaRecorderOptions & { videoKeyFrameIntervalDuration: number } = {
			mimeType,
			videoBitsPerSecond: bitsPerSecond,
			audioBitsPerSecond: 32_000,
			videoKeyFrameIntervalDuration: keyFrameMs,
		};
		const recorder = startRecorder(new MediaStream(tracks), settings, keyFrameMs / 2);
		const fragmenter = new FragmenterClient(frameRate, firstFrameTime(this.#picture), {
			init: (section) => {
				this.#sink.init(section);
			},
			fragment: (fragment) => {
				this.#sink.fragment(fragment);
				this.#watchSound(fragment);
			},
			ended: (fault) => {
				this.#cancelSoundDeadline();
				if (recorder.state !== 'inactive') recorder.stop();
				this.#resolveEnded();
				this.#sink.ended(fault);
			},
		});
		recorder.ondataavailable = ({ data }) => {
			this.#read(data, fragmenter);
		};
		recorder.onerror = () => {
			fragmenter.end(new Fault('unavailable', 'the MediaRecorder failed'));
		};
		recorder.onstop = () => {
			void this.#reading.run(() => {
				fragmenter.finish(this.#stopping !== null);
			});
		};
		return [recorder, fragmenter];
	}

	/** RC26: if sound ends, video goes on, but in a new run: this one declares sound. */
	#watchSound({ sound, mediaTicks, durationTicks, timescale }: Fragment): void {
		const untilS = (mediaTicks + durationTicks) / timescale;
		if (sound) this.#heardS = untilS;
		if (this.#microphone === null || untilS - this.#heardS <= SILENT_S) return;
		this.#microphone = null;
		this.#sink.renewalNeeded();
	}

	/**
	 * A live but silent audio track holds back all output. Checks first that the lens delivers: if it
	 * does not, sound is not the cause.
	 */
	async #checkSound(microphone: MediaStreamTrack): Promise<void> {
		const chunks = this.#chunks;
		if (!(await deliversFrames(this.#picture)) || this.#stopping !== null) return;
		if (this.#microphone === null || this.#chunks > chunks) return;
		this.#microphone = null;
		silentTracks.add(microphone);
		this.#sink.renewalNeeded();
	}

	/** A MediaRecorder that waits for sound never delivers anything: restarts with video alone. */
	#goOnWithoutSound(): void {
		const silent = this.#recorder;
		silent.ondataavailable = silent.onerror = silent.onstop = null;
		this.#fragmenter.discard();
		this.soundMissing = true;
		this.#microphone = null;
		try {
			[this.#recorder, this.#fragmenter] = this.#begin(recorderMimeType(false), [this.#picture]);
		} catch (error) {
			this.#resolveEnded();
			this.#sink.ended(faultOf(error));
		}
		if (silent.state !== 'inactive') silent.stop();
	}

	#read(chunk: Blob, fragmenter: FragmenterClient): void {
		if (chunk.size === 0) return;
		this.#chunks += 1;
		this.#cancelSoundDeadline();
		const microphone = this.#microphone;
		if (microphone !== null)
			this.#cancelSoundDeadline = startDeadlineTimer(
				SILENT_S * 1000,
				() => void this.#checkSound(microphone),
			);
		void this.#reading
			.run(async () => {
				fragmenter.push(await chunk.arrayBuffer());
			})
			.catch((error: unknown) => {
				fragmenter.end(new Fault('unavailable', 'a MediaRecorder chunk could not be read', error));
			});
	}
}

/**
 * `sliceMs` is half a key frame interval: a fragment is complete with its last frame and is then
 * delivered soon after.
 */
function startRecorder(
	stream: MediaStream,
	options: MediaRecorderOptions,
	sliceMs: number,
): MediaRecorder {
	try {
		const recorder = new MediaRecorder(stream, options);
		recorder.start(sliceMs);
		return recorder;
	} catch (error) {
		throw new Fault('unavailable', 'the MediaRecorder did not start', error);
	}
}
