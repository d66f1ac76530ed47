import { concatBytes, equalBytes, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import { movieFragment, initSectionOf } from '#domain/media/fmp4.ts';
import { avcConfig, bareSample, parameterSetsOf, unitsOf } from '#domain/media/h264.ts';
import { beginsWithKey, type FragmentPart, type FramesPart } from '#domain/live/live-part.ts';
import { webmCluster, webmHead } from '#domain/media/webm.ts';
import { MediaSourceFeed, type FeedPiece } from './media-source-feed.ts';
import type { PartPlayer, PlayerSink } from './part-player.ts';
import { onVideoFrame } from './video-frames.ts';

/** Minimum interval between key frames at the slow rate. */
const SLOW_US = 1_900_000;
/** Assumed duration of the last frame, until the next one gives it. */
const FRAME_US = 50_000;
const MAX_FAILURES = 3;

/** Plays parts through MediaSource: fragments as they are, frames remuxed to fragments. */
export class MediaSourcePlayer implements PartPlayer {
	slow = false;
	readonly #sink: PlayerSink;
	readonly #video: HTMLVideoElement;
	#muted = true;
	#feed: MediaSourceFeed | null = null;
	#stop: () => void = () => undefined;
	/** Capture time at second 0 of the feed's timeline. */
	#originUs = 0;
	#mime = '';
	#head: { readonly format: string; readonly init: Bytes } | null = null;
	#init: Bytes | null = null;
	#pieces: FragmentPart[] = [];
	#number = 0;
	#awaitsKey = true;
	#lastUs = -Infinity;
	#newestUs = -Infinity;
	#paintedUs = -Infinity;
	#failures = 0;

	/**
	 * `beside`: where it will be drawn. A video outside the document gives only four frames a second.
	 */
	constructor(sink: PlayerSink, beside: HTMLElement) {
		this.#sink = sink;
		this.#video = document.createElement('video');
		this.#video.playsInline = true;
		this.#video.muted = true;
		this.#video.tabIndex = -1;
		this.#video.setAttribute('aria-hidden', 'true');
		this.#video.dataset['feed'] = '';
		Object.assign(this.#video.style, { position: 'absolute', inset: '0', opacity: '0' });
		Object.assign(this.#video.style, { inlineSize: '100%', blockSize: '100%' });
		this.#video.style.pointerEvents = 'none';
		beside.before(this.#video);
	}

	decode(part: FramesPart | FragmentPart): void {
		try {
			if (part.kind === 'fragment') this.#gather(part);
			else this.#frames(part);
		} catch (error) {
			this.#fail(error);
		}
	}

	mute(muted: boolean): void {
		this.#muted = muted;
		this.#video.muted = muted;
	}

	close(): void {
		this.#end();
		this.#video.remove();
	}

	#gather(part: FragmentPart): void {
		if (part.at === 0) this.#pieces = [];
		if (part.at !== this.#pieces.length) return;
		this.#pieces.push(part);
		const [first] = this.#pieces;
		if (first === undefined || this.#pieces.length < part.of) return;
		const { capturedUs, mediaUs, durationUs, mime } = first;
		const bytes = concatBytes(...this.#pieces.map((piece) => piece.bytes));
		this.#pieces = [];
		if (capturedUs - this.#lastUs < (this.slow ? SLOW_US : 1)) return;
		this.#lastUs = capturedUs;
		this.#endOther(mime);
		this.#begin(capturedUs, mime);
		// An unchanged init section is appended once.
		const known = this.#init;
		const init = known !== null && equalBytes(known, first.init) ? known : first.init;
		this.#init = init;
		const offsetS = (capturedUs - this.#originUs - mediaUs) / 1e6;
		this.#push(
			{ mime, init, bytes, offsetS, durationS: durationUs / 1e6, key: true },
			capturedUs + durationUs,
		);
	}

	#frames(part: FramesPart): void {
		const mime = mimeOf(part.codec);
		this.#endOther(mime);
		const key = beginsWithKey(part);
		const [first] = part.frames;
		if (first === undefined || (this.#awaitsKey && !key)) return;
		if (this.slow && (!key || first.capturedUs - this.#lastUs < SLOW_US)) {
			// Frames that depend on a dropped one cannot be decoded.
			this.#awaitsKey = true;
			return;
		}
		this.#awaitsKey = this.slow;
		this.#lastUs = first.capturedUs;
		const frames = this.slow ? part.frames.slice(0, 1) : part.frames;
		this.#begin(first.capturedUs, mime);
		const ends = frames.slice(1).map(({ capturedUs }) => capturedUs);
		const untilUs = (frames.at(-1)?.capturedUs ?? 0) + FRAME_US;
		const durations = frames.map(({ capturedUs }, at) =>
			Math.max(1, (ends[at] ?? untilUs) - capturedUs),
		);
		const durationS = durations.reduce((sum, us) => sum + us, 0) / 1e6;
		const media = part.codec.startsWith('avc')
			? this.#mp4({ ...part, frames }, durations)
			: this.#webm({ ...part, frames });
		this.#push({ ...media, mime, offsetS: 0, durationS, key }, untilUs);
	}

	#mp4(part: FramesPart, durations: readonly number[]): Pick<FeedPiece, 'init' | 'bytes'> {
		const { codec, width, height, frames } = part;
		const samples = frames.map(({ key, bytes }, at) => {
			const units = unitsOf(bytes, 'start-codes');
			const sets = key ? parameterSetsOf(units) : null;
			if (sets !== null) {
				const config = avcConfig(sets);
				const format = `${codec} ${width} ${height} ${config.join()}`;
				if (this.#head?.format !== format) {
					const init = initSectionOf({ kind: 'avc', width, height, config });
					this.#head = { format, init };
				}
			}
			return { durationUs: durations[at] ?? FRAME_US, key, bytes: bareSample(units) };
		});
		if (this.#head === null) throw new Fault('malformed', 'H.264 key frame without parameter sets');
		this.#number += 1;
		const startUs = (frames[0]?.capturedUs ?? 0) - this.#originUs;
		return { ...this.#head, bytes: movieFragment(this.#number, startUs, samples) };
	}

	#webm({ codec, width, height, frames }: FramesPart): Pick<FeedPiece, 'init' | 'bytes'> {
		const format = `${codec} ${width} ${height}`;
		if (this.#head?.format !== format) {
			const init = webmHead(codec === 'vp8' ? 'V_VP8' : 'V_VP9', width, height);
			this.#head = { format, init };
		}
		const blocks = frames.map(({ key, capturedUs, bytes }) => {
			return { atMs: Math.round((capturedUs - this.#originUs) / 1000), key, bytes };
		});
		return { ...this.#head, bytes: webmCluster(blocks) };
	}

	/**
	 * Another type has other tracks and needs another feed; the old picture stays until the new one
	 * appears.
	 */
	#endOther(mime: string): void {
		if (mime !== this.#mime) this.#end();
	}

	#begin(capturedUs: number, mime: string): void {
		if (this.#feed !== null) return;
		this.#mime = mime;
		this.#feed = new MediaSourceFeed(this.#video, (fault) => {
			this.#fail(fault);
		});
		this.#originUs = capturedUs;
		this.#video.muted = this.#muted;
		this.#stop = onVideoFrame(this.#video, (mediaS) => {
			this.#paint(mediaS);
		});
	}

	#push(piece: FeedPiece, untilUs: number): void {
		this.#newestUs = untilUs;
		this.#feed?.push(piece);
	}

	#paint(mediaS: number): void {
		const atUs = Math.min(Math.round(this.#originUs + mediaS * 1e6), this.#newestUs);
		const { videoWidth: width, videoHeight: height } = this.#video;
		if (atUs <= this.#paintedUs || width === 0) return;
		this.#paintedUs = atUs;
		this.#failures = 0;
		this.#sink.picture(this.#video, { width, height }, atUs);
	}

	/**
	 * A damaged part costs the time to the next key frame; only a type that never plays is reported.
	 */
	#fail(error: unknown): void {
		this.#end();
		this.#failures += 1;
		const fault =
			error instanceof Fault ? error : new Fault('corrupt', 'the live parts do not play', error);
		if (fault.kind !== 'unsupported' && this.#failures < MAX_FAILURES) return;
		this.#sink.failed(fault);
	}

	#end(): void {
		this.#stop();
		this.#feed?.close();
		this.#feed = null;
		this.#head = this.#init = null;
		this.#pieces = [];
		this.#awaitsKey = true;
	}
}

/** MIME type of the fragments made here. */
function mimeOf(codec: string): string {
	return codec.startsWith('avc') ? `video/mp4; codecs="${codec}"` : `video/webm; codecs="${codec}"`;
}
