import { subscribed } from '#state/app/subscribed.ts';
import { faultOf, type Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { LiveViewControls, ViewState } from '#engine/live/controls.ts';
import type { Engine } from '#state/app/engine.ts';
import { LocalView } from './local-view.ts';

/** The displayed age has a resolution of one second; it is polled twice as often. */
const POLL_MS = 500;

type ViewRate = Parameters<LiveViewControls['setRate']>[0];

/** One camera shown in one place: picture, age and sound. */
export class CameraView {
	muted = $state(true);
	/** This person's voice is played at the camera. */
	talking = $state(false);
	/** Why talking failed. */
	talkFault = $state.raw<Fault | null>(null);
	path = $state<'best' | 'relayed'>('best');
	readonly #view: LiveViewControls;
	readonly #subscribe: () => void;
	readonly #unsubscribe: () => void;
	#held = false;
	#turn = 0;

	/** `own`: a camera of this device. */
	constructor(engine: Engine, camera: { readonly id: CameraId; readonly own: boolean }) {
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
		});
		this.#unsubscribe = engine.cameraDirectory.on(() => {
			const now = isOnline(engine, camera.id);
			// The camera is back: reconnect without being asked to.
			if (now && !online && this.#view.state.kind === 'ended') this.#view.retry();
			online = now;
		});
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
		this.#view.attach(video, canvas);
		this.#view.mute(this.muted);
	}

	setRate(rate: ViewRate): void {
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
		this.#view.close();
	}
}

function isOnline({ cameraDirectory }: Engine, id: CameraId): boolean {
	return cameraDirectory.cameras.find((camera) => camera.id === id)?.online ?? false;
}
