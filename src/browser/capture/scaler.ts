import { scaledToFit, type Dimensions } from '#domain/media/scaled-to-fit.ts';
import { trackProcessor } from './frame-clock.ts';
import scalerUrl from './scaler.worker.ts?worker&url';
import type { ToScaler } from './scaler.worker.ts';
import { trustedWorkerUrl } from '#browser/device/trusted-worker-url.ts';

/** A track made of written frames. Chromium only (an early draft of mediacapture-transform). */
type TrackGenerator = MediaStreamTrack & { readonly writable: WritableStream<VideoFrame> };
type TrackGeneratorConstructor = new (init: { readonly kind: 'video' }) => TrackGenerator;

/**
 * RC29: scales the frames of a lens down, without cropping. Chromium's own scaling is metadata on
 * the frame that its MediaRecorder ignores: it would record at lens size (measured). Runs in a
 * worker so that it goes on while the page is hidden.
 */
export class Scaler {
	readonly track: MediaStreamTrack;
	readonly #worker: Worker;
	#chosen: Dimensions;

	private constructor(
		track: TrackGenerator,
		from: MediaStreamTrack,
		lens: ReadableStream<VideoFrame>,
		chosen: Dimensions,
	) {
		this.track = track;
		this.#chosen = chosen;
		// A generated track has no settings of its own.
		track.getSettings = () => {
			const settings = from.getSettings();
			const { width = 0, height = 0 } = settings;
			return { ...settings, ...scaledToFit({ width, height }, this.#chosen) };
		};
		this.#worker = new Worker(trustedWorkerUrl(scalerUrl), { type: 'module', name: 'scaler' });
		const begin: ToScaler = { kind: 'begin', from: lens, to: track.writable, chosen };
		this.#worker.postMessage(begin, [begin.from, begin.to]);
	}

	/** `null`: not supported by this browser. */
	static of(lens: MediaStreamTrack, chosen: Dimensions): Scaler | null {
		const { MediaStreamTrackGenerator: Maker } = globalThis as {
			MediaStreamTrackGenerator?: TrackGeneratorConstructor;
		};
		const Reader = trackProcessor();
		if (Maker === undefined || Reader === null) return null;
		const { readable } = new Reader({ track: lens, maxBufferSize: 1 });
		return new Scaler(new Maker({ kind: 'video' }), lens, readable, chosen);
	}

	setTarget(chosen: Dimensions): void {
		this.#chosen = chosen;
		const message: ToScaler = { kind: 'chosen', chosen };
		this.#worker.postMessage(message);
	}

	close(): void {
		this.track.stop();
		this.#worker.terminate();
	}
}
