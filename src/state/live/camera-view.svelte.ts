import { subscribed } from '#state/app/subscribed.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import { faultOf, type Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { LiveViewControls, ViewState } from '#engine/live/controls.ts';
import type { Engine } from '#state/app/engine.ts';
import { LocalView } from './local-view.ts';
import { stillOf, type Panes } from './still.ts';

/** The displayed age has a resolution of one second; it is polled twice as often. */
const POLL_MS = 500;
/** How often it is looked whether the picture on show is to be kept. */
const KEEP_POLL_MS = 2000;

type ViewRate = Parameters<LiveViewControls['setRate']>[0];

/** A picture from earlier, for while there is none now. */
export interface LastShown {
	/** Object URL, valid until the view is closed. */
	readonly url: string;
	/** Wall ms at which it was captured. */
	readonly atMs: number;
}

/** One camera shown in one place: picture, age and sound. */
export class CameraView {
	muted = $state(true);
	/** This person's voice is played at the camera. */
	talking = $state(false);
	/** Why talking failed. */
	talkFault = $state.raw<Fault | null>(null);
	path = $state<'best' | 'relayed'>('best');
	/** LV45: the last picture that was kept; `null`: none. */
	last = $state.raw<LastShown | null>(null);
	readonly #engine: Engine;
	readonly #camera: { readonly id: CameraId; readonly own: boolean };
	readonly #view: LiveViewControls;
	readonly #subscribe: () => void;
	readonly #unsubscribe: () => void;
	#held = false;
	#turn = 0;
	#panes: Panes | null = null;
	#closed = false;

	/** `own`: a camera of this device. */
	constructor(engine: Engine, camera: { readonly id: CameraId; readonly own: boolean }) {
		this.#engine = engine;
		this.#camera = camera;
		const own = camera.own ? engine.cameras.of(camera.id) : undefined;
		this.#view = own
			? new LocalView({ ...own, clock: engine.clock, show: engine.show.bind(engine) })
			: engine.cameraDirectory.view(camera.id);
		this.#subscribe = subscribed(this.#view, (update) => engine.clock.every(POLL_MS, update));
		let online = isOnline(engine, camera.id);
		this.#view.on(() => {
			const { state } = this.#view;
			// Talk needs the direct path, and a button that vanished cannot report its release.
			if (state.kind !== 'live' || state.path === 'relayed') void this.talk(false);
			if (state.kind === 'ended' && camera.own) void this.#findLast();
		});
		const stopKeeping = engine.clock.every(KEEP_POLL_MS, () => {
			if (engine.lastPictures.isDue(camera.id)) this.#keep();
		});
		const unsubscribe = engine.cameraDirectory.on(() => {
			const now = isOnline(engine, camera.id);
			// The camera is back: reconnect without being asked to.
			if (now && !online && this.#view.state.kind === 'ended') this.#view.retry();
			online = now;
		});
		this.#unsubscribe = () => {
			stopKeeping();
			unsubscribe();
		};
		void this.#findLast();
	}

	get state(): ViewState {
		this.#subscribe();
		return this.#view.state;
	}

	/** Age of the picture on show; `null` if there is none. */
	get ageMs(): number | null {
		const { state } = this;
		return 'ageMs' in state ? state.ageMs : null;
	}

	attach(video: HTMLVideoElement, canvas: HTMLCanvasElement): void {
		this.#panes = { video, canvas };
		this.#view.attach(video, canvas);
		this.#view.mute(this.muted);
	}

	setRate(rate: ViewRate): void {
		// Nothing is shown from now on.
		if (rate === 'none') this.#keep();
		this.#view.setRate(rate);
	}

	toggleSound(): void {
		this.muted = !this.muted;
		this.#view.mute(this.muted);
	}

	setPath(path: 'best' | 'relayed'): void {
		this.path = path;
		this.#view.setPath(path);
	}

	/** Half duplex: muted while talking. */
	async talk(on: boolean): Promise<void> {
		if (on === this.#held) return;
		this.#held = on;
		const turn = (this.#turn += 1);
		this.talking = false;
		this.talkFault = null;
		try {
			this.#view.mute(on || this.muted);
			await this.#view.talk(on);
			if (turn === this.#turn) this.talking = on;
		} catch (error) {
			const fault = faultOf(error);
			// The button was released, and maybe pressed again, meanwhile.
			if (turn !== this.#turn && (this.#held || fault.kind === 'aborted')) return;
			this.#held = false;
			this.talking = false;
			this.#view.mute(this.muted);
			this.talkFault = fault;
		}
	}

	retry(): void {
		this.#view.retry();
	}

	close(): void {
		this.#unsubscribe();
		if (this.#held) void this.talk(false);
		this.#keep();
		this.#closed = true;
		this.#view.close();
		this.#show(null);
	}

	/** LV45: keeps the picture on show. The frame is taken at once. */
	#keep(): void {
		const { state } = this.#view;
		if (this.#camera.own || this.#closed || state.kind !== 'live' || this.#panes === null) return;
		const { ageMs } = state;
		const atMs = this.#engine.clock.wallMs() - ageMs;
		void stillOf(this.#panes).then((jpeg) => {
			if (jpeg === null) return;
			if (!this.#closed) this.#show({ jpeg, atMs });
			void this.#engine.lastPictures.keep(this.#camera.id, jpeg, ageMs);
		});
	}

	async #findLast(): Promise<void> {
		const { id, own } = this.#camera;
		const found = own ? await this.#lastSaved(id) : await this.#engine.lastPictures.find(id);
		if (found === null || this.#closed || found.atMs <= (this.last?.atMs ?? 0)) return;
		this.#show(found);
	}

	/** The newest thumbnail of a camera of this device. */
	async #lastSaved(id: CameraId): Promise<{ jpeg: Bytes; atMs: number } | null> {
		const nowUs = this.#engine.clock.wallMs() * 1000;
		const found = await this.#engine.thumbnails.near(id, nowUs, nowUs);
		return found && { jpeg: found.jpeg, atMs: found.wallUs / 1000 };
	}

	#show(picture: { readonly jpeg: Bytes; readonly atMs: number } | null): void {
		if (this.last !== null) URL.revokeObjectURL(this.last.url);
		this.last = picture && {
			url: URL.createObjectURL(new Blob([picture.jpeg], { type: 'image/jpeg' })),
			atMs: picture.atMs,
		};
	}
}

function isOnline({ cameraDirectory }: Engine, id: CameraId): boolean {
	return cameraDirectory.cameras.find((camera) => camera.id === id)?.online ?? false;
}
