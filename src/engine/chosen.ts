import { faultOf } from '#domain/fault.ts';
import { profileNamed } from '#domain/profile.ts';
import { changeBetween, spared } from '#domain/sparing.ts';
import type { PreferenceStore } from '#ports/preferences.ts';
import type { RecorderChoice } from './recording.ts';
import type { Retention } from './retention.ts';

/** What the person chose, and what is asked of lens and encoder while the device is spared. */
export class Chosen {
	choice: RecorderChoice = { lensId: null, profile: profileNamed('standard'), sound: false };
	/** Below what was chosen. Never remembered. */
	#step = 0;
	readonly #preferences: PreferenceStore;
	readonly #retention: Pick<Retention, 'withRoom'>;

	constructor(preferences: PreferenceStore, retention: Pick<Retention, 'withRoom'>) {
		this.#preferences = preferences;
		this.#retention = retention;
	}

	get asked(): RecorderChoice {
		return { ...this.choice, profile: spared(this.choice.profile, this.#step) };
	}

	/** `lens`: another lens or sound. Else what is asked of the same lens. */
	choose(choice: RecorderChoice): 'lens' | 'rate' | 'size' | null {
		const before = this.asked;
		this.choice = choice;
		if (before.lensId !== choice.lensId || before.sound !== choice.sound) return 'lens';
		return changeBetween(before.profile, this.asked.profile);
	}

	spare(step: number): 'rate' | 'size' | null {
		const before = this.asked.profile;
		this.#step = step;
		return changeBetween(before, this.asked.profile);
	}

	/** Choices are remembered as well as they can be; a store that refuses does not stop the camera. */
	async remember(wish: { readonly armed?: boolean } = {}): Promise<void> {
		const { lensId, profile, sound } = this.choice;
		try {
			await this.#retention.withRoom(() =>
				this.#preferences.write({ ...wish, lensId, sound, profile: profile.name }),
			);
		} catch (error) {
			faultOf(error);
		}
	}

	/** What was chosen while no lens was open, on another page or in an earlier life of this one. */
	async recall(): Promise<void> {
		try {
			const { lensId, profile, sound } = await this.#preferences.read();
			this.choice = { lensId, sound, profile: profileNamed(profile) };
		} catch (error) {
			faultOf(error);
		}
	}
}
