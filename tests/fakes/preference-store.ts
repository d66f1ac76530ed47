/* eslint-disable @typescript-eslint/require-await -- async turns what is thrown into a rejection, as in the real one */
import {
	changedPreferences,
	preferencesFrom,
	type Preferences,
	type StoredDocument,
} from '#protocol/preferences.ts';
import type { PreferenceStore } from '#ports/storage/preference-store.ts';

export class MemoryPreferenceStore implements PreferenceStore {
	ignored: readonly string[] = [];
	#document: StoredDocument;

	/** `stored`: the initial document, possibly invalid. */
	constructor(stored?: unknown) {
		this.#document = { stored, good: undefined };
	}

	async read(): Promise<Preferences> {
		const { values, ignored } = preferencesFrom(this.#document);
		this.ignored = ignored;
		return values;
	}

	async write(change: Partial<Preferences>): Promise<Preferences> {
		this.#document = changedPreferences(this.#document, change);
		return this.read();
	}

	async accept(): Promise<Preferences> {
		this.#document = changedPreferences(this.#document, {}, true);
		return this.read();
	}

	/** What is stored now, as another version would find it. */
	get stored(): unknown {
		return this.#document.stored;
	}

	/** As another version or a bad disk might. */
	damage(by: unknown): void {
		const { stored, good } = this.#document;
		this.#document = {
			stored: typeof by === 'object' ? { ...(stored as object), ...by } : by,
			good,
		};
	}
}
