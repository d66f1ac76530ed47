/* eslint-disable @typescript-eslint/require-await -- async turns what is thrown into a rejection, as in the real one */
import { preferencesFrom, type Preferences } from '#protocol/preferences.ts';
import type { PreferenceStore } from '#ports/storage/preference-store.ts';

export class MemoryPreferenceStore implements PreferenceStore {
	#stored: unknown;

	/** `stored`: the initial document, possibly invalid. */
	constructor(stored: unknown = null) {
		this.#stored = stored;
	}

	async read(): Promise<Preferences> {
		return preferencesFrom(this.#stored);
	}

	async write(change: Partial<Preferences>): Promise<Preferences> {
		const next = preferencesFrom({ ...preferencesFrom(this.#stored), ...change });
		this.#stored = next;
		return next;
	}
}
