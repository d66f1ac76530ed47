import { scaledToFit, type Dimensions } from '#domain/media/scaled-to-fit.ts';
import { trackProcessor } from './frame-clock.ts';
import scalerUrl from './scaler.worker.ts?worker&url';
import type { ToScaler } from './scaler.worker.ts';
import { trustedWorkerUrl } from '#browser/device/trusted-worker-url.ts';

/**
 * Where pictures are written that become a track. Chromium has it (mediacapture-transform, its
 * first form).
 */
type TrackGenerator = MediaStreamTrack & { readonly writable: WritableStream<VideoFrame> };
type TrackGeneratorConstructor = new (init: { readonly kind: 'video' }) => TrackGenerator;

/**
 * A lens made smaller, whole. Chromium's own scaling is a note on the frame that its MediaRecorder
 * does not read: it would record the size of the lens (measured). In a worker, so that it goes on
 * while the page is hidden.
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
		// Of itself it knows none of this.
		track.getSettings = () => {
			const settings = from.getSettings();
			const { width = 0, height = 0 } = settings;
			return { ...settings, ...scaledToFit({ width, height }, this.#chosen) };
		};
		this.#worker = new Worker(trustedWorkerUrl(scalerUrl), { type: 'module', name: 'scaler' });
		const begin: ToScaler = { kind: 'begin', from: lens, to: track.writable, chosen };
		this.#worker.postMessage(begin, [begin.from, begin.to]);
	}

	/** `null`: this browser cannot. */
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
		const wish: ToScaler = { kind: 'chosen', chosen };
		this.#worker.postMessage(wish);
	}

	close(): void {
		this.track.stop();
		this.#worker.terminate();
	}
}
