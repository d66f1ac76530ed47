import { createSubscriber } from 'svelte/reactivity';
import type { CameraId } from '#domain/base/ids.ts';
import { isTestPicture, TEST_PICTURE } from '#domain/media/lens.ts';
import { isTaken } from '#domain/home/name.ts';
import { profileNamed, type Profile } from '#domain/recording/profile.ts';
import type { Lens } from '#ports/media/capture.ts';
import type { Engine } from '#state/app/engine.ts';

/** The camera page's own choices, kept in step with what is remembered. */
export class CameraChoices {
	lenses = $state.raw<readonly Lens[]>([]);
	lensId = $state<string | null>(null);
	profile = $state<Profile['name']>('standard');
	sound = $state(false);
	accepted = $state(false);
	readonly #engine: Engine;
	/** Whether the page shows a picture. */
	#opened = false;
	#gone = false;
	#off: () => void = () => undefined;
	readonly #subscribe: () => void;

	constructor(engine: Engine) {
		this.#engine = engine;
		this.#subscribe = createSubscriber((update) => engine.recorder.on(update));
	}

	/** Reads what was chosen before. */
	async read(): Promise<void> {
		try {
			const { lensId, profile, sound, acceptsLoss } = await this.#engine.preferences.read();
			this.lensId = lensId;
			this.profile = profile;
			this.sound = sound;
			this.accepted = acceptsLoss;
		} catch {
			// The layout says what is wrong (GO6); a camera with the defaults is better than none.
		}
	}

	/**
	 * Reads what was chosen before and, where nothing runs yet, opens the lens. Nothing of it happens
	 * after `close`.
	 */
	async open(): Promise<void> {
		const { recorder, localDevice, capture } = this.#engine;
		const gone = (): boolean => this.#gone;
		await this.read();
		if (gone()) return;
		this.#opened = true;
		// A visit to this page is the wish to be a camera; broken keys are for a person to decide.
		const { state } = localDevice;
		const bare = state.kind === 'ready' && state.cameras.length === 0;
		if (state.kind === 'new' || bare) await localDevice.createCamera();
		// None: a kit claims this home, and this device becomes a camera after that (KT12).
		if (gone() || localDevice.state.kind !== 'ready' || localDevice.state.cameras.length === 0)
			return;
		await recorder.open(this.#choice());
		await this.look();
		if (!gone()) this.#off = capture.onLenses(() => void this.look());
	}

	/** PR33: another camera of this home has that name. */
	taken(camera: CameraId, name: string): boolean {
		const others = this.#engine.cameraDirectory.cameras.filter(({ id }) => id !== camera);
		return isTaken(
			name,
			others.flatMap((other) => other.name ?? []),
		);
	}

	/** The page is left. */
	close(): void {
		this.#gone = true;
		this.#off();
	}

	/** Labels appear once the person allowed a camera. */
	async look(): Promise<void> {
		try {
			this.lenses = await this.#engine.capture.lenses();
		} catch {
			this.lenses = [];
		}
	}

	async change(): Promise<void> {
		const { recorder, preferences } = this.#engine;
		const { lensId, profile, sound } = this;
		const lensLabel = this.lenses.find(({ id }) => id === lensId)?.label ?? null;
		// What is not kept holds all the same, as long as the page does.
		await preferences.write({ lensId, lensLabel, profile, sound }).catch(() => undefined);
		const closed = recorder.state.kind === 'off' || recorder.state.kind === 'elsewhere';
		const retries = this.#opened && !this.#gone && closed;
		await (retries ? recorder.open(this.#choice()) : recorder.change(this.#choice()));
	}

	async tryAgain(): Promise<void> {
		await this.#engine.recorder.open(this.#choice());
		await this.look();
	}

	/** RC23: a person chooses the test picture, and only where no lens is to be had. */
	get offersTestPicture(): boolean {
		this.#subscribe();
		const { state } = this.#engine.recorder;
		// Unasked, a browser names no lens either.
		const tried = state.kind === 'off' && state.fault !== null;
		return (tried && this.lenses.length === 0) || this.onTestPicture;
	}

	get onTestPicture(): boolean {
		return isTestPicture(this.usedLens);
	}

	/** The test picture, or whatever lens the browser thinks best. */
	async useTestPicture(on: boolean): Promise<void> {
		this.lensId = on ? TEST_PICTURE : null;
		await this.change();
		await this.look();
	}

	async accept(): Promise<void> {
		this.accepted = true;
		await this.#engine.preferences.write({ acceptsLoss: true }).catch(() => undefined);
	}

	/** The lens in use, for the list: what was asked for may be gone. */
	get usedLens(): string {
		this.#subscribe();
		const { state } = this.#engine.recorder;
		return ('view' in state ? state.view?.lensId : undefined) ?? this.lensId ?? '';
	}

	#choice() {
		return { lensId: this.lensId, profile: profileNamed(this.profile), sound: this.sound };
	}
}
