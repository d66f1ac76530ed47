import { faultOf } from '#domain/base/fault.ts';
import { profileNamed } from '#domain/recording/profile.ts';
import { changeBetween, degradedProfile } from '#domain/recording/quality-ladder.ts';
import type { Captured } from '#ports/media/capture.ts';
import type { PreferenceStore } from '#ports/storage/preference-store.ts';
import type { RecorderChoice } from './recorder-controls.ts';
import type { Retention } from '#engine/storage/retention.ts';

/** What the person chose, and what is asked of lens and encoder while the device is spared. */
export class RecorderSettings {
	choice: RecorderChoice = {
		lensId: null,
		lensLabel: null,
		profile: profileNamed('standard'),
		sound: false,
	};
	/** Below what was chosen. Never remembered. */
	#step = 0;
	readonly #preferences: PreferenceStore;
	readonly #retention: Pick<Retention, 'withRoom'>;

	constructor(preferences: PreferenceStore, retention: Pick<Retention, 'withRoom'>) {
		this.#preferences = preferences;
		this.#retention = retention;
	}

	get effective(): RecorderChoice {
		return { ...this.choice, profile: degradedProfile(this.choice.profile, this.#step) };
	}

	/** `lens`: another lens or sound. Else what is asked of the same lens. */
	change(choice: RecorderChoice): 'lens' | 'rate' | 'size' | null {
		const before = this.effective;
		const { lensLabel = null } = before.lensId === choice.lensId ? before : choice;
		this.choice = { ...choice, lensLabel };
		if (before.lensId !== choice.lensId || before.sound !== choice.sound) return 'lens';
		return changeBetween(before.profile, this.effective.profile);
	}

	degrade(step: number): 'rate' | 'size' | null {
		const before = this.effective.profile;
		this.#step = step;
		return changeBetween(before, this.effective.profile);
	}

	/** A screen shows what was chosen: how its lens was called is remembered with it. */
	async adopt(choice: RecorderChoice): Promise<void> {
		await this.load();
		const { lensId, lensLabel = null } = this.choice;
		this.choice = { ...choice, lensLabel: lensId === choice.lensId ? lensLabel : null };
	}

	/**
	 * RC34: what was opened tells how the chosen lens is called, and its id where that is another by
	 * now.
	 */
	learnOpened({ chosen, lensId, label }: Pick<Captured, 'chosen' | 'lensId' | 'label'>): void {
		if (!chosen || this.choice.lensId === null) return;
		this.choice = { ...this.choice, lensId: lensId || this.choice.lensId, lensLabel: label };
	}

	/**
	 * Choices are remembered as well as they can be; a store that refuses does not stop the camera.
	 */
	async save(wish: { readonly armed?: boolean } = {}): Promise<void> {
		const { lensId, lensLabel = null, profile, sound } = this.choice;
		try {
			await this.#retention.withRoom(() =>
				this.#preferences.write({ ...wish, lensId, lensLabel, sound, profile: profile.name }),
			);
		} catch (error) {
			faultOf(error);
		}
	}

	/** What was chosen while no lens was open, on another page or in an earlier life of this one. */
	async load(): Promise<void> {
		try {
			const { lensId, lensLabel, profile, sound } = await this.#preferences.read();
			this.choice = { lensId, lensLabel, sound, profile: profileNamed(profile) };
		} catch (error) {
			faultOf(error);
		}
	}
}
