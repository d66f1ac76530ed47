import { subscribed } from '#state/app/subscribed.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { isTestPicture, TEST_PICTURE } from '#domain/media/lens.ts';
import { isTaken } from '#domain/home/name.ts';
import { profileNamed, type Profile } from '#domain/recording/profile.ts';
import type { Lens } from '#ports/media/capture.ts';
import type { Engine, LocalCamera } from '#state/app/engine.ts';

/**
 * Visiting the camera page makes the device a camera; what to do about broken keys, a person
 * decides. `false`: it is none, because a recovery kit claims this home first (KT12).
 */
export async function ensureCamera({ localDevice }: Pick<Engine, 'localDevice'>): Promise<boolean> {
	const { state } = localDevice;
	const hasNoCamera = state.kind === 'ready' && state.cameras.length === 0;
	if (state.kind === 'new' || hasNoCamera) await localDevice.createCamera();
	return localDevice.state.kind === 'ready' && localDevice.state.cameras.length > 0;
}

/** The choices for a camera of this device, synced with its stored preferences. */
export class CameraChoices {
	lenses = $state.raw<readonly Lens[]>([]);
	lensId = $state<string | null>(null);
	profile = $state<Profile['name']>('standard');
	sound = $state(false);
	accepted = $state(false);
	/** Of this device, beside the camera's own. */
	readonly #engine: Engine;
	readonly #camera: LocalCamera;
	/** The page has opened the lens for preview. */
	#opened = false;
	#gone = false;
	#off: () => void = () => undefined;
	readonly #subscribe: () => void;

	constructor(engine: Engine, camera: LocalCamera) {
		this.#engine = engine;
		this.#camera = camera;
		this.#subscribe = subscribed(camera.recorder);
	}

	/** Loads the stored choices. */
	async read(): Promise<void> {
		try {
			const [{ lensId, profile, sound }, { acceptsLoss }] = await Promise.all([
				this.#camera.preferences.read(),
				this.#engine.preferences.read(),
			]);
			this.lensId = lensId;
			this.profile = profile;
			this.sound = sound;
			this.accepted = acceptsLoss;
		} catch {
			// The layout reports the fault (GO6); a camera with defaults is better than none.
		}
	}

	/**
	 * Loads the stored choices and opens the lens, unless one is open. Does nothing more after
	 * `close`.
	 */
	async open(): Promise<void> {
		const { capture } = this.#engine;
		const { recorder } = this.#camera;
		const gone = (): boolean => this.#gone;
		if (gone()) return;
		await this.read();
		if (gone()) return;
		this.#opened = true;
		await recorder.open(this.#choice());
		await this.look();
		if (!gone()) this.#off = capture.onLenses(() => void this.look());
	}

	/** PR33: whether another camera of this home has that name. */
	taken(camera: CameraId, name: string): boolean {
		const others = this.#engine.cameraDirectory.cameras.filter(({ id }) => id !== camera);
		return isTaken(
			name,
			others.flatMap((other) => other.name ?? []),
		);
	}

	/** Call when leaving the page. */
	close(): void {
		this.#gone = true;
		this.#off();
	}

	/** Refreshes the lens list. Labels are empty until camera permission is granted. */
	async look(): Promise<void> {
		try {
			this.lenses = await this.#engine.capture.lenses();
		} catch {
			this.lenses = [];
		}
	}

	async change(): Promise<void> {
		const { recorder, preferences } = this.#camera;
		const { lensId, profile, sound } = this;
		const lensLabel = this.lenses.find(({ id }) => id === lensId)?.label ?? null;
		// If saving fails, the choice still holds until the page is closed.
		await preferences.write({ lensId, lensLabel, profile, sound }).catch(() => undefined);
		const closed = recorder.state.kind === 'off' || recorder.state.kind === 'elsewhere';
		const retries = this.#opened && !this.#gone && closed;
		await (retries ? recorder.open(this.#choice()) : recorder.change(this.#choice()));
	}

	async tryAgain(): Promise<void> {
		await this.#camera.recorder.open(this.#choice());
		await this.look();
	}

	/** RC23: the test picture is offered only if no lens is available. */
	get offersTestPicture(): boolean {
		this.#subscribe();
		const { state } = this.#camera.recorder;
		// Without permission, browsers list no lens ids either.
		const tried = state.kind === 'off' && state.fault !== null;
		return (tried && this.lenses.length === 0) || this.onTestPicture;
	}

	get onTestPicture(): boolean {
		return isTestPicture(this.usedLens);
	}

	/** Switches to the test picture, or back to the browser's default lens. */
	async useTestPicture(on: boolean): Promise<void> {
		this.lensId = on ? TEST_PICTURE : null;
		await this.change();
		await this.look();
	}

	async accept(): Promise<void> {
		this.accepted = true;
		await this.#engine.preferences.write({ acceptsLoss: true }).catch(() => undefined);
	}

	/** The lens in use, for the list: the chosen one may be missing. */
	get usedLens(): string {
		this.#subscribe();
		const { state } = this.#camera.recorder;
		return ('view' in state ? state.view?.lensId : undefined) ?? this.lensId ?? '';
	}

	#choice() {
		return { lensId: this.lensId, profile: profileNamed(this.profile), sound: this.sound };
	}
}
