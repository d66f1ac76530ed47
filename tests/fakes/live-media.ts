import type { Fault } from '#domain/base/fault.ts';
import type { LivePart } from '#domain/live/live-part.ts';
import type { Picture } from '#ports/media/capture.ts';
import type {
	LiveEncoder,
	LiveEncoderOptions,
	LiveEncoderSink,
	LiveEncoding,
} from '#ports/media/live-encoder.ts';
import type { LiveScreen, LiveScreenEvent, Pane } from '#ports/media/live-screen.ts';
import type { LiveRate } from '#protocol/live-channel.ts';
import type { ManualClock } from './clock.ts';
import type { FakePicture } from './peer-connections.ts';

/** Encodes nothing; one frame per part. */
export class FakeLiveEncoder implements LiveEncoder {
	/** Thrown by the next calls of `start`, or reported as their end. */
	readonly failures: Fault[] = [];
	running = 0;
	started = 0;
	paces: number[] = [];
	sounds = false;
	warmed = 0;
	readonly #clock: ManualClock;

	constructor(clock: ManualClock) {
		this.#clock = clock;
	}

	preload(): void {
		this.warmed += 1;
	}

	start(picture: Picture, options: LiveEncoderOptions, sink: LiveEncoderSink): LiveEncoding {
		const failure = this.failures.shift();
		if (failure !== undefined) throw failure;
		this.running += 1;
		this.started += 1;
		const { onFrame } = picture as Picture & FakePicture;
		let wantsKey = true;
		let lastKeyMs = -Infinity;
		const frame = (): void => {
			const atMs = this.#clock.monotonicMs();
			const key = wantsKey || atMs - lastKeyMs >= 1000;
			if (key) lastKeyMs = atMs;
			wantsKey = false;
			const capturedUs = Math.round((atMs + options.wallOffsetMs) * 1000);
			const frames = [{ key, capturedUs, bytes: new Uint8Array(50) }];
			sink.part({ kind: 'frames', codec: 'vp8', width: 320, height: 180, frames });
		};
		onFrame.add(frame);
		return {
			requestKeyFrame: () => {
				wantsKey = true;
			},
			setSound: (on) => {
				this.sounds = on;
			},
			setPace: ({ bitsPerSecond }) => {
				this.paces.push(bitsPerSecond);
			},
			stop: () => {
				if (onFrame.delete(frame)) this.running -= 1;
			},
		};
	}
}

/** Shows nothing, and tells what a user would see. */
export class FakeLiveScreen implements LiveScreen {
	decodes = true;
	hears = true;
	visible = true;
	pane: Pane | null = null;
	muted = true;
	closed = false;
	frames: Record<Pane, number> = { video: 0, canvas: 0 };
	rated: LiveRate = 'full';
	/** Capture time of the newest frame on the canvas. */
	capturedUs = 0;
	#picture: (Picture & FakePicture) | null = null;
	#begun = false;
	readonly #listeners = new Set<(event: LiveScreenEvent) => void>();
	readonly #frame = (): void => {
		this.#tell({ kind: 'frame', pane: 'video', capturedUs: null });
	};

	attach(): void {
		this.pane = null;
	}

	play(picture: Picture | null): void {
		if (picture === this.#picture) return;
		this.#picture?.onFrame.delete(this.#frame);
		this.#picture = picture as (Picture & FakePicture) | null;
		this.#picture?.onFrame.add(this.#frame);
	}

	decode(part: LivePart): void {
		if (part.kind !== 'frames') return;
		for (const { key, capturedUs } of part.frames) {
			this.#begun ||= key;
			if (!this.#begun) continue;
			this.capturedUs = capturedUs;
			this.#tell({ kind: 'frame', pane: 'canvas', capturedUs });
		}
	}

	setFront(pane: Pane | null): void {
		this.pane = pane;
	}

	mute(muted: boolean): void {
		this.muted = muted;
	}

	setRate(rate: LiveRate): void {
		this.rated = rate;
	}

	on(listener: (event: LiveScreenEvent) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	fail(fault: Fault): void {
		this.#tell({ kind: 'failed', fault });
	}

	close(): void {
		this.closed = true;
		this.play(null);
		this.#listeners.clear();
	}

	#tell(event: LiveScreenEvent): void {
		if (event.kind === 'frame') this.frames[event.pane] += 1;
		for (const listener of this.#listeners) listener(event);
	}
}
