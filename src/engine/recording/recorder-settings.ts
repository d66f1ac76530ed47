import { expectFault } from '#domain/base/fault.ts';
import { profileNamed } from '#domain/recording/profile.ts';
import { changeBetween, degradedProfile } from '#domain/recording/quality-ladder.ts';
import type { Captured } from '#ports/media/capture.ts';
import type { PreferenceStore } from '#ports/storage/preference-store.ts';
import type { CameraPreferences } from '#protocol/preferences.ts';
import type { RecorderChoice } from './recorder-controls.ts';
import type { Retention } from '#engine/storage/retention.ts';

/** What the person chose, and what lens and encoder are asked for while quality is degraded. */
export class RecorderSettings {
	choice: RecorderChoice = {
		lensId: null,
		lensLabel: null,
		profile: profileNamed('standard'),
		sound: false,
	};
	/** Steps below the chosen quality. Never stored. */
	#step = 0;
	readonly #preferences: PreferenceStore<CameraPreferences>;
	readonly #retention: Pick<Retention, 'withRoom'>;

	constructor(
		preferences: PreferenceStore<CameraPreferences>,
		retention: Pick<Retention, 'withRoom'>,
	) {
		this.#preferences = preferences;
		this.#retention = retention;
	}

	get effective(): RecorderChoice {
		return { ...this.choice, profile: degradedProfile(this.choice.profile, this.#step) };
	}

	/** What differs: `lens` (another lens, or sound), else size or frame rate of the same lens. */
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

	/**
	 * Takes over a screen's choice. Screens do not know the lens label: it is kept if the id matches.
	 */
	async adopt(choice: RecorderChoice): Promise<void> {
		await this.load();
		const { lensId, lensLabel = null } = this.choice;
		this.choice = { ...choice, lensLabel: lensId === choice.lensId ? lensLabel : null };
	}

	/** RC34: learns the label of the chosen lens, and its new id if that has changed. */
	learnOpened({ chosen, lensId, label }: Pick<Captured, 'chosen' | 'lensId' | 'label'>): void {
		if (!chosen || this.choice.lensId === null) return;
		this.choice = { ...this.choice, lensId: lensId || this.choice.lensId, lensLabel: label };
	}

	/** Best effort: a store that refuses to save the choice must not stop the camera. */
	async save(extra: { readonly armed?: boolean } = {}): Promise<void> {
		const { lensId, lensLabel = null, profile, sound } = this.choice;
		try {
			await this.#retention.withRoom(() =>
				this.#preferences.write({ ...extra, lensId, lensLabel, sound, profile: profile.name }),
			);
		} catch (error) {
			expectFault(error);
		}
	}

	/** Loads what was chosen while no lens was open: on another page, or before a reload. */
	async load(): Promise<void> {
		try {
			const { lensId, lensLabel, profile, sound } = await this.#preferences.read();
			this.choice = { lensId, lensLabel, sound, profile: profileNamed(profile) };
		} catch (error) {
			expectFault(error);
		}
	}
}
