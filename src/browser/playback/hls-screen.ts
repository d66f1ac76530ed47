import { Listeners } from '#domain/base/listeners.ts';
import type * as HlsCode from 'hls.js';
import type { ErrorData } from 'hls.js';
import { Fault, type FaultKind } from '#domain/base/fault.ts';
import type { Reel, PlaybackScreen, PlaybackScreenEvent } from '#ports/media/playback-screen.ts';
import { keyOfUrl, loadersOf, PLAYLIST_URL } from './hls-loaders.ts';

/**
 * A hidden page gets no frame callbacks; after this time the element's own events count as painted.
 */
const PAINT_MS = 250;
/** A frame callback may still report the frame from before a seek. */
const [EARLIEST_S, LATEST_S] = [2.5, 0.5];

const patient = {
	default: {
		maxTimeToFirstByteMs: 30_000,
		maxLoadTimeMs: 30_000,
		timeoutRetry: null,
		errorRetry: null,
	},
};

interface Waiting {
	readonly positionS: number;
	readonly done: () => void;
	readonly failed: (fault: Fault) => void;
}

let code: Promise<typeof HlsCode> | null = null;
function hlsCode(): Promise<typeof HlsCode> {
	code ??= import('hls.js/light').catch((error: unknown) => {
		code = null;
		throw new Fault('unavailable', 'hls.js could not be loaded', error);
	});
	return code;
}

/** A `<video>` fed by hls.js; no other file touches either. Rules: docs/spec/playback.md. */
export class HlsScreen implements PlaybackScreen {
	readonly #video: HTMLVideoElement;
	readonly #listeners = new Listeners<[PlaybackScreenEvent]>();
	#hls: HlsCode.default | null = null;
	/** Rises with every show and clear, to ignore events of an earlier one. */
	#turn = 0;
	#waiting: Waiting | null = null;
	/**
	 * Painted while the element was still seeking: some browsers report the frame before the end of
	 * the seek.
	 */
	#earlyS: number | null = null;
	#failed = false;
	#recovered = false;
	#mediaError: ErrorData['type'] | null = null;
	#paintTimer: ReturnType<typeof setTimeout> | undefined;
	#frameCallback = 0;

	constructor(video: HTMLVideoElement) {
		this.#video = video;
		const hear = (type: string, heard: () => void): void => {
			video.addEventListener(type, heard);
		};
		hear('seeked', () => this.#onSeeked());
		hear('loadeddata', () => this.#expectPaint());
		hear('timeupdate', () => {
			// Nothing is painted then, but time still advances.
			if (document.hidden) this.#onFrame(video.currentTime);
		});
		hear('ended', () => this.#listeners.notify({ kind: 'ended' }));
		hear('playing', () => this.#listeners.notify({ kind: 'moving', moving: true }));
		hear('pause', () => !video.ended && this.#listeners.notify({ kind: 'moving', moving: false }));
		hear('waiting', () => this.#failed && this.#listeners.notify({ kind: 'starved' }));
	}

	preload(): void {
		hlsCode().catch(() => undefined);
	}

	async show(playlist: Reel, positionS: number, signal: AbortSignal): Promise<void> {
		this.clear();
		const turn = this.#turn;
		const { default: Hls } = await hlsCode();
		if (turn !== this.#turn || signal.aborted) throw aborted();
		if (!Hls.isSupported()) throw new Fault('unsupported', 'this browser has no MediaSource');
		const painted = this.#wait(positionS, signal);
		const { pLoader, fLoader } = loadersOf(playlist, (key, error) => {
			if (turn !== this.#turn) return;
			this.#fail(
				'load',
				error instanceof Fault ? error : new Fault('internal', 'hls.js load failed', error),
				key,
			);
		});
		const hls = new Hls({
			// The default worker comes from a blob, which the CSP forbids; fMP4 needs no transmuxing.
			enableWorker: false,
			pLoader: pLoader as never,
			fLoader: fLoader as never,
			startPosition: positionS,
			startFragPrefetch: true,
			backBufferLength: 30,
			maxBufferLength: 20,
			maxMaxBufferLength: 20,
			maxBufferSize: 30_000_000,
			maxBufferHole: 0.5,
			manifestLoadPolicy: patient,
			playlistLoadPolicy: patient,
			fragLoadPolicy: patient,
		});
		this.#hls = hls;
		this.#mediaError = Hls.ErrorTypes.MEDIA_ERROR;
		hls.on(Hls.Events.ERROR, (_, data) => this.#onError(data));
		hls.on(Hls.Events.INIT_PTS_FOUND, (_, { frag, initPTS, timescale }) => {
			this.#listeners.notify({
				kind: 'placed',
				key: keyOfUrl(frag.url),
				offsetS: initPTS / timescale,
			});
		});
		hls.attachMedia(this.#video);
		hls.loadSource(PLAYLIST_URL);
		this.#watchFrames(turn);
		await painted;
	}

	async seek(positionS: number, signal: AbortSignal): Promise<void> {
		if (this.#hls === null) throw new Fault('conflict', 'the screen shows no playlist');
		if (this.#failed) throw new Fault('conflict', 'the playlist on the screen has failed');
		const painted = this.#wait(positionS, signal);
		this.#earlyS = null;
		this.#video.currentTime = positionS;
		await painted;
	}

	async play(signal: AbortSignal): Promise<void> {
		let give: ((fault: Fault) => void) | undefined;
		const stopped = new Promise<never>((_, reject) => (give = reject));
		const onAbort = (): void => give?.(aborted());
		signal.addEventListener('abort', onAbort);
		try {
			await Promise.race([this.#video.play(), stopped]);
		} catch (error) {
			throw faultFrom(error);
		} finally {
			signal.removeEventListener('abort', onAbort);
		}
	}

	pause(): void {
		this.#video.pause();
	}

	rate(rate: number): void {
		// With a new source, an element starts at its default rate.
		this.#video.defaultPlaybackRate = this.#video.playbackRate = rate;
	}

	on(listener: (event: PlaybackScreenEvent) => void): () => void {
		return this.#listeners.add(listener);
	}

	clear(): void {
		this.#turn += 1;
		this.#waiting?.failed(aborted());
		clearTimeout(this.#paintTimer);
		this.#video.cancelVideoFrameCallback(this.#frameCallback);
		this.#video.pause();
		this.#hls?.destroy();
		this.#hls = null;
		this.#failed = this.#recovered = false;
	}

	#wait(positionS: number, signal: AbortSignal): Promise<void> {
		this.#waiting?.failed(aborted());
		return new Promise<void>((resolve, reject) => {
			const settle = (): void => {
				clearTimeout(this.#paintTimer);
				signal.removeEventListener('abort', onAbort);
				if (this.#waiting === waiting) this.#waiting = null;
			};
			const waiting: Waiting = {
				positionS,
				done: () => {
					settle();
					resolve();
				},
				failed: (fault) => {
					settle();
					reject(fault);
				},
			};
			const onAbort = (): void => waiting.failed(aborted());
			signal.addEventListener('abort', onAbort);
			this.#waiting = waiting;
		});
	}

	#watchFrames(turn: number): void {
		this.#frameCallback = this.#video.requestVideoFrameCallback((_, { mediaTime }) => {
			if (turn !== this.#turn) return;
			this.#onFrame(mediaTime);
			this.#watchFrames(turn);
		});
	}

	#onFrame(positionS: number): void {
		const waiting = this.#waiting;
		if (this.#hls === null) return;
		if (waiting !== null) {
			const early = positionS < waiting.positionS - EARLIEST_S;
			const late = positionS > waiting.positionS + LATEST_S;
			if (early || late) return;
			if (this.#video.seeking) {
				this.#earlyS = positionS;
				return;
			}
		}
		this.#listeners.notify({ kind: 'frame', positionS });
		waiting?.done();
	}

	#onSeeked(): void {
		const earlyS = this.#earlyS;
		this.#earlyS = null;
		if (earlyS !== null && !this.#video.seeking) this.#onFrame(earlyS);
		else this.#expectPaint();
	}

	#expectPaint(): void {
		clearTimeout(this.#paintTimer);
		if (this.#waiting === null) return;
		this.#paintTimer = setTimeout(() => {
			const video = this.#video;
			if (this.#waiting === null || video.seeking || video.readyState < 2) return;
			this.#onFrame(video.currentTime);
		}, PAINT_MS);
	}

	#onError({ fatal, type, details, frag, error }: ErrorData): void {
		if (!fatal || this.#failed) return;
		if (type !== this.#mediaError) {
			this.#fail(
				'load',
				new Fault('malformed', `hls.js rejected the playlist: ${details}`, error),
				null,
			);
			return;
		}
		const isCodec = /codec/i.test(details);
		if (!isCodec && !this.#recovered && this.#hls !== null) {
			this.#recovered = true;
			const moving = !this.#video.paused;
			this.#hls.recoverMediaError();
			if (moving) this.#video.play().catch(() => undefined);
			return;
		}
		const fault = new Fault(isCodec ? 'unsupported' : 'corrupt', `not playable: ${details}`, error);
		this.#fail('media', fault, frag === undefined ? null : keyOfUrl(frag.url));
	}

	#fail(why: 'load' | 'media', fault: Fault, key: string | null): void {
		if (this.#failed) return;
		this.#failed = true;
		this.#hls?.stopLoad();
		const waiting = this.#waiting;
		this.#listeners.notify({ kind: 'failed', why, fault, key });
		waiting?.failed(fault);
		const video = this.#video;
		if (!video.paused && video.readyState < 3) this.#listeners.notify({ kind: 'starved' });
	}
}

const KINDS: Readonly<Record<string, FaultKind>> = {
	NotAllowedError: 'denied',
	AbortError: 'aborted',
	NotSupportedError: 'unsupported',
};

/** Maps what a media element throws. */
function faultFrom(error: unknown): Fault {
	if (error instanceof Fault) return error;
	const name = error instanceof DOMException ? error.name : 'unknown';
	return new Fault(KINDS[name] ?? 'internal', `the media element threw ${name}`, error);
}

function aborted(): Fault {
	return new Fault('aborted', 'the screen shows another playlist');
}
