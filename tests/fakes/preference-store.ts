/* eslint-disable @typescript-eslint/require-await -- async turns what is thrown into a rejection, as in the real one */
import {
	changedPreferences,
	CAMERA_FIELDS,
	DEVICE_FIELDS,
	preferencesFrom,
	type PreferenceFields,
	type StoredDocument,
	type ValuesOf,
} from '#protocol/preferences.ts';
import type { PreferenceStore } from '#ports/storage/preference-store.ts';

class MemoryPreferenceStore<F extends PreferenceFields> implements PreferenceStore<ValuesOf<F>> {
	ignored: readonly string[] = [];
	readonly #fields: F;
	#document: StoredDocument;

	/** `stored`: the initial document, possibly invalid. */
	constructor(fields: F, stored?: unknown) {
		this.#fields = fields;
		this.#document = { stored, good: undefined };
	}

	async read(): Promise<ValuesOf<F>> {
		const { values, ignored } = preferencesFrom(this.#fields, this.#document);
		this.ignored = ignored;
		return values;
	}

	async write(change: Partial<ValuesOf<F>>): Promise<ValuesOf<F>> {
		this.#document = changedPreferences(this.#fields, this.#document, change);
		return this.read();
	}

	async accept(): Promise<ValuesOf<F>> {
		this.#document = changedPreferences(this.#fields, this.#document, {}, true);
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

export class MemoryCameraPreferences extends MemoryPreferenceStore<typeof CAMERA_FIELDS> {
	constructor(stored?: unknown) {
		super(CAMERA_FIELDS, stored);
	}
}

export class MemoryDevicePreferences extends MemoryPreferenceStore<typeof DEVICE_FIELDS> {
	constructor(stored?: unknown) {
		super(DEVICE_FIELDS, stored);
	}
}
