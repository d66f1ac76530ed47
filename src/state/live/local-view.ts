import { Listeners } from '#domain/base/listeners.ts';
import { STALE_MS } from '#domain/live/age.ts';
import type { LiveViewControls, ViewState } from '#engine/live/controls.ts';
import type { Engine, LocalCamera } from '#state/app/engine.ts';

type LocalViewTools = Pick<Engine, 'clock' | 'show'> & Pick<LocalCamera, 'recorder' | 'scheduler'>;

/** A view of a lens of this device, without any network. */
export class LocalView implements LiveViewControls {
	readonly #engine: LocalViewTools;
	readonly #listeners = new Listeners();
	readonly #sinceMs: number;
	/** When the newest frame was painted; `null` before the first. */
	#paintedMs: number | null = null;
	#video: HTMLVideoElement | null = null;
	#wanted = true;
	readonly #unsubscribe: () => void;
	#stopFrames: () => void = () => undefined;

	constructor(engine: LocalViewTools) {
		this.#engine = engine;
		this.#sinceMs = engine.clock.wallMs();
		this.#unsubscribe = engine.recorder.on(() => this.#refresh());
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
		return this.#listeners.add(listener);
	}

	/** The lens's picture needs no decoding, so the slow rate would save nothing. */
	setRate(rate: 'full' | 'slow' | 'none'): void {
		this.#wanted = rate !== 'none';
		this.#refresh();
	}

	attach(video: HTMLVideoElement, canvas: HTMLCanvasElement): void {
		this.#stopFrames();
		this.#video = video;
		canvas.style.visibility = 'hidden';
		// Unmuted, the microphone would feed back.
		video.muted = true;
		this.#stopFrames = onVideoFrames(video, () => this.#onFrame());
		this.#refresh();
	}

	setPath(): void {
		// There is only one path.
	}

	mute(): void {
		// The picture has no sound.
	}

	async talk(): Promise<void> {
		// There is no remote side to talk to.
	}

	retry(): void {
		void this.#engine.recorder.retry();
	}

	close(): void {
		this.#unsubscribe();
		this.#stopFrames();
		if (this.#video) this.#engine.show(this.#video, null);
		this.#video = null;
	}

	/** The lens stays closed until someone opens it. A blind recorder reopens it by itself. */
	get #closed(): boolean {
		const { scheduler, recorder } = this.#engine;
		const { state } = recorder;
		// Until then it is unknown whether recording resumes.
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
		if (first) this.#listeners.notify();
	}

	#refresh(): void {
		if (this.#closed) this.#paintedMs = null;
		if (this.#video) this.#engine.show(this.#video, this.#wanted ? this.#picture : null);
		this.#listeners.notify();
	}
}

/** Calls back for every painted frame; without `requestVideoFrameCallback`, on `timeupdate`. */
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
