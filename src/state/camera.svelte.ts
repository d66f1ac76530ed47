import { createSubscriber } from 'svelte/reactivity';
import { profileNamed, type Profile } from '#domain/profile.ts';
import type { Lens } from '#ports/capture.ts';
import type { Engine } from './engine.ts';

/** The camera page's own choices, kept in step with what is remembered. */
export class CameraChoices {
	lenses = $state.raw<readonly Lens[]>([]);
	lensId = $state<string | null>(null);
	profile = $state<Profile['name']>('standard');
	sound = $state(false);
	accepted = $state(false);
	readonly #engine: Engine;
	#opened = false;
	readonly #subscribe: () => void;

	constructor(engine: Engine) {
		this.#engine = engine;
		this.#subscribe = createSubscriber((update) => engine.recorder.on(update));
	}

	/** Reads what was chosen before. */
	async read(): Promise<void> {
		const { lensId, profile, sound, acceptsLoss } = await this.#engine.preferences.read();
		this.lensId = lensId;
		this.profile = profile;
		this.sound = sound;
		this.accepted = acceptsLoss;
	}

	/** Reads what was chosen before and, where nothing runs yet, opens the lens. */
	async open(): Promise<void> {
		const { recorder, house, capture } = this.#engine;
		await this.read();
		this.#opened = true;
		// A visit to this page is the wish to be a camera; broken keys are for a person to decide.
		const { state } = house;
		const bare = state.kind === 'ready' && state.cameras.length === 0;
		if (state.kind === 'new' || bare) await house.found();
		if (house.state.kind !== 'ready') return;
		if (recorder.state.kind === 'off') await recorder.open(this.#choice());
		await this.look();
		capture.onLenses(() => void this.look());
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
		await preferences.write({ lensId, profile, sound });
		// In the settings nobody wants to see a picture.
		if (this.#opened || recorder.state.kind !== 'off') await recorder.change(this.#choice());
	}

	async tryAgain(): Promise<void> {
		await this.#engine.recorder.open(this.#choice());
		await this.look();
	}

	async accept(): Promise<void> {
		this.accepted = (await this.#engine.preferences.write({ acceptsLoss: true })).acceptsLoss;
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
