import type { LiveViewControls, ViewState } from '#engine/live/controls.ts';
import type { Engine } from '#state/app/engine.ts';

/** LV11 */
const STALE_MS = 5000;

type LocalViewTools = Pick<Engine, 'clock' | 'recorder' | 'scheduler' | 'show'>;

/** This device's own lens, as a view: there is no shorter way. */
export class LocalView implements LiveViewControls {
	readonly #engine: LocalViewTools;
	readonly #listeners = new Set<() => void>();
	readonly #sinceMs: number;
	/** When the frame on show was painted; `null`: none yet. */
	#paintedMs: number | null = null;
	#video: HTMLVideoElement | null = null;
	#wanted = true;
	readonly #off: () => void;
	#stopFrames: () => void = () => undefined;

	constructor(engine: LocalViewTools) {
		this.#engine = engine;
		this.#sinceMs = engine.clock.wallMs();
		this.#off = engine.recorder.on(() => this.#refresh());
	}

	get state(): ViewState {
		const { clock, recorder } = this.#engine;
		const { state } = recorder;
		if (this.#closed) {
			const fault = state.kind === 'off' ? state.fault : null;
			return { kind: 'ended', why: 'camera-off', fault };
		}
		if (this.#paintedMs === null) return this.#connecting();
		const ageMs = Math.max(0, clock.monotonicMs() - this.#paintedMs);
		return ageMs < STALE_MS && this.#picture !== null
			? { kind: 'live', path: 'local', reason: 'best', ageMs, sound: false, fragmented: false }
			: { kind: 'stale', path: 'local', ageMs, trying: 'camera' };
	}

	on(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** A lens shows its picture without decoding: slow costs as much as full. */
	setRate(rate: 'full' | 'slow' | 'none'): void {
		this.#wanted = rate !== 'none';
		this.#refresh();
	}

	attach(video: HTMLVideoElement, canvas: HTMLCanvasElement): void {
		this.#stopFrames();
		this.#video = video;
		canvas.style.visibility = 'hidden';
		// The room it stands in has the sound already.
		video.muted = true;
		this.#stopFrames = onVideoFrames(video, () => this.#onFrame());
		this.#refresh();
	}

	setPath(): void {
		// There is one.
	}

	mute(): void {
		// It has no sound.
	}

	async talk(): Promise<void> {
		// Whoever stands here is heard without.
	}

	retry(): void {
		void this.#engine.recorder.retry();
	}

	close(): void {
		this.#off();
		this.#stopFrames();
		if (this.#video) this.#engine.show(this.#video, null);
		this.#video = null;
	}

	/** Nothing opens the lens by itself; a recorder that is blind does. */
	get #closed(): boolean {
		const { scheduler, recorder } = this.#engine;
		const { state } = recorder;
		// Whether recording goes on by itself is not known before that.
		if (state.kind === 'off') return state.fault !== null || scheduler.now !== null;
		return state.kind === 'elsewhere';
	}

	get #picture() {
		const { state } = this.#engine.recorder;
		return 'view' in state ? (state.view?.picture ?? null) : null;
	}

	#connecting(): ViewState {
		return { kind: 'connecting', trying: 'local', sinceMs: this.#sinceMs };
	}

	#onFrame(): void {
		const first = this.#paintedMs === null;
		this.#paintedMs = this.#engine.clock.monotonicMs();
		if (first) this.#notify();
	}

	#refresh(): void {
		if (this.#closed) this.#paintedMs = null;
		if (this.#video) this.#engine.show(this.#video, this.#wanted ? this.#picture : null);
		this.#notify();
	}

	#notify(): void {
		for (const listener of this.#listeners) listener();
	}
}

/** Calls with each frame that is painted, or close to it where a browser does not tell. */
function onVideoFrames(video: HTMLVideoElement, painted: () => void): () => void {
	if (!('requestVideoFrameCallback' in video)) {
		const element = video as HTMLVideoElement;
		element.addEventListener('timeupdate', painted);
		return () => element.removeEventListener('timeupdate', painted);
	}
	let handle = 0;
	const next = (): void => {
		painted();
		handle = video.requestVideoFrameCallback(next);
	};
	handle = video.requestVideoFrameCallback(next);
	return () => video.cancelVideoFrameCallback(handle);
}
