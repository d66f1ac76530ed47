import type { CaptureRequest } from '#ports/media/capture.ts';
import { BrowserClock } from '#browser/device/clock.ts';
import { drawTestPicture } from './draw-test-picture.ts';

/** A picture that this page draws itself. */
export interface TestPictureSource {
	readonly stream: MediaStream;
	readonly width: number;
	readonly height: number;
	readonly frameRate: number;
	adjust(wish: Pick<CaptureRequest, 'width' | 'height' | 'frameRate'>): void;
	stop(): void;
}

/** Chromium: a track that takes frames from anybody (W3C MediaStreamTrack Insertable Media). */
interface TrackGenerator extends MediaStreamTrack {
	readonly writable: WritableStream<VideoFrame>;
}
type TrackGeneratorConstructor = new (init: { readonly kind: 'video' }) => TrackGenerator;

/** Without a person's touch a browser may let no sound begin, and never says so. */
const SOUND_MS = 500;
/** A slow device draws less, it does not queue. */
const MAX_PENDING = 2;

/** Draws and ticks until it is stopped. Rules: docs/spec/recording.md, RC23 and RC24. */
export async function openTestPicture(request: CaptureRequest): Promise<TestPictureSource> {
	const voice = request.sound ? await startTicking() : null;
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
	// The page's own timers slow down out of sight, a worker's do not.
	const beginning = (): (() => void) => clock.every(1000 / size.frameRate, paint);
	let rest = beginning();
	paint();
	const tracks = [frames.track, ...(voice?.tracks ?? [])];
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
		adjust: (wish) => {
			Object.assign(size, sizeOf(wish));
			rest();
			rest = beginning();
		},
		stop: () => {
			rest();
			clock.dispose();
			frames.stop();
			voice?.stop();
			for (const track of tracks) track.stop();
		},
	};
}

/** H.264 has even sides only. */
function sizeOf({ width, height, frameRate }: Parameters<TestPictureSource['adjust']>[0]) {
	const even = (side: number): number => Math.max(2, Math.round(side / 2) * 2);
	return { width: even(width), height: even(height), frameRate: Math.max(1, frameRate) };
}

interface CanvasFrames {
	readonly track: MediaStreamTrack;
	busy(): boolean;
	/** What is on the canvas is a frame now. */
	commit(): void;
	stop(): void;
}

/**
 * A canvas gives its frames when the page is painted, which a hidden one never is. Where the
 * browser takes frames from the page itself, they go on out of sight.
 */
function canvasFrames(canvas: HTMLCanvasElement): CanvasFrames {
	const { MediaStreamTrackGenerator: Maker } = globalThis as {
		MediaStreamTrackGenerator?: TrackGeneratorConstructor;
	};
	if (Maker === undefined) {
		// A context must be there before; with a rate, a browser would leave out frames of its own.
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
				// Closed: nobody reads it any more.
				.catch(() => frame.close())
				.finally(() => (waiting -= 1));
		},
		stop: () => void writer.close().catch(() => undefined),
	};
}

/** A tick at each full second; `null`: this browser lets no sound begin now. */
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
