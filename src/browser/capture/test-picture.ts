import type { CaptureRequest } from '#ports/media/capture.ts';
import { BrowserClock } from '#browser/device/clock.ts';
import { drawTestPicture } from './draw-test-picture.ts';

/** A stream that this page draws itself. */
export interface TestPictureSource {
	readonly stream: MediaStream;
	readonly width: number;
	readonly height: number;
	readonly frameRate: number;
	adjust(format: Pick<CaptureRequest, 'width' | 'height' | 'frameRate'>): void;
	stop(): void;
}

/** Chromium: a track made of written frames (W3C MediaStreamTrack Insertable Media). */
interface TrackGenerator extends MediaStreamTrack {
	readonly writable: WritableStream<VideoFrame>;
}
type TrackGeneratorConstructor = new (init: { readonly kind: 'video' }) => TrackGenerator;

/** Without user activation `resume()` may stay pending for ever. */
const SOUND_MS = 500;
/** On a slow device frames are skipped, not queued. */
const MAX_PENDING = 2;

/** Draws and ticks until stopped. Rules: docs/spec/recording.md, RC23 and RC24. */
export async function openTestPicture(request: CaptureRequest): Promise<TestPictureSource> {
	const sound = request.sound ? await startTicking() : null;
	const canvas = document.createElement('canvas');
	const pen = canvas.getContext('2d', { alpha: false });
	const clock = new BrowserClock();
	const size = { ...sizeOf(request) };
	const frames = canvasFrames(canvas);
	const paint = (): void => {
		if (pen === null || frames.busy()) return;
		const { width, height } = size;
		if (canvas.width !== width || canvas.height !== height) {
			[canvas.width, canvas.height] = [width, height];
		}
		drawTestPicture(pen, new Date(), document.documentElement.lang);
		frames.commit();
	};
	// `BrowserClock` ticks in a worker: page timers are throttled while hidden.
	const startPainting = (): (() => void) => clock.every(1000 / size.frameRate, paint);
	let stopPainting = startPainting();
	paint();
	const tracks = [frames.track, ...(sound?.tracks ?? [])];
	return {
		stream: new MediaStream(tracks),
		get width() {
			return size.width;
		},
		get height() {
			return size.height;
		},
		get frameRate() {
			return size.frameRate;
		},
		adjust: (format) => {
			Object.assign(size, sizeOf(format));
			stopPainting();
			stopPainting = startPainting();
		},
		stop: () => {
			stopPainting();
			clock.dispose();
			frames.stop();
			sound?.stop();
			for (const track of tracks) track.stop();
		},
	};
}

/** H.264 with 4:2:0 needs even dimensions. */
function sizeOf({ width, height, frameRate }: Parameters<TestPictureSource['adjust']>[0]) {
	const even = (side: number): number => Math.max(2, Math.round(side / 2) * 2);
	return { width: even(width), height: even(height), frameRate: Math.max(1, frameRate) };
}

interface CanvasFrames {
	readonly track: MediaStreamTrack;
	busy(): boolean;
	/** Emits the canvas content as a frame. */
	commit(): void;
	stop(): void;
}

/**
 * A captured canvas emits frames only when the page is painted, so never while hidden. A
 * `MediaStreamTrackGenerator` goes on while hidden.
 */
function canvasFrames(canvas: HTMLCanvasElement): CanvasFrames {
	const { MediaStreamTrackGenerator: Maker } = globalThis as {
		MediaStreamTrackGenerator?: TrackGeneratorConstructor;
	};
	if (Maker === undefined) {
		// Needs an existing canvas context. No rate argument: with one, browsers would drop frames.
		const [track] = canvas.captureStream().getVideoTracks();
		if (track === undefined) throw new DOMException('no track', 'NotSupportedError');
		return { track, busy: () => false, commit: () => undefined, stop: () => undefined };
	}
	const track = new Maker({ kind: 'video' });
	const writer = track.writable.getWriter();
	let waiting = 0;
	return {
		track,
		busy: () => waiting >= MAX_PENDING,
		commit: () => {
			waiting += 1;
			const frame = new VideoFrame(canvas, { timestamp: Math.round(performance.now() * 1000) });
			writer
				.write(frame)
				// The track was closed: nobody else will close the frame.
				.catch(() => frame.close())
				.finally(() => (waiting -= 1));
		},
		stop: () => void writer.close().catch(() => undefined),
	};
}

/** A tick at each full second; `null`: the browser does not let audio start now. */
async function startTicking(): Promise<{ tracks: MediaStreamTrack[]; stop: () => void } | null> {
	try {
		const context = new AudioContext();
		const stop = (): void => void context.close().catch(() => undefined);
		const late = new Promise<void>((done) => setTimeout(done, SOUND_MS));
		await Promise.race([context.resume(), late]);
		if (context.state !== 'running') {
			stop();
			return null;
		}
		const { sampleRate } = context;
		const second = context.createBuffer(1, sampleRate, sampleRate);
		second.copyToChannel(tickOf(sampleRate), 0);
		const source = context.createBufferSource();
		source.buffer = second;
		source.loop = true;
		const out = context.createMediaStreamDestination();
		source.connect(out);
		source.start(context.currentTime + (1000 - (Date.now() % 1000)) / 1000);
		return { tracks: out.stream.getAudioTracks(), stop };
	} catch {
		return null;
	}
}

const TICK_S = 0.04;
const TICK_HZ = 1000;

function tickOf(sampleRate: number): Float32Array<ArrayBuffer> {
	return Float32Array.from({ length: Math.round(sampleRate * TICK_S) }, (_, at) => {
		const seconds = at / sampleRate;
		return 0.5 * (1 - seconds / TICK_S) * Math.sin(2 * Math.PI * TICK_HZ * seconds);
	});
}
