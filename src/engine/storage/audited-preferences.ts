import { Listeners } from '#domain/base/listeners.ts';
import { settingChangesBetween } from '#domain/storage/setting-change.ts';
import { profileNamed } from '#domain/recording/profile.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Ledger } from '#ports/storage/ledger.ts';
import type { PreferenceStore } from '#ports/storage/preference-store.ts';
import type { Preferences } from '#protocol/preferences.ts';

/** Preferences that log every change affecting how fast storage fills, and tell what is ignored. */
export class AuditedPreferences implements PreferenceStore {
	readonly #store: PreferenceStore;
	readonly #ledger: Pick<Ledger, 'noteChange'>;
	readonly #clock: Pick<Clock, 'wallMs'>;
	readonly #listeners = new Listeners();
	#toldIgnored = '';

	constructor(
		store: PreferenceStore,
		ledger: Pick<Ledger, 'noteChange'>,
		clock: Pick<Clock, 'wallMs'>,
	) {
		this.#store = store;
		this.#ledger = ledger;
		this.#clock = clock;
	}

	get ignored(): readonly string[] {
		return this.#store.ignored;
	}

	/** Called when other fields are ignored than before. */
	on(listener: () => void): () => void {
		return this.#listeners.add(listener);
	}

	read(): Promise<Preferences> {
		return this.#told(this.#store.read());
	}

	async write(change: Partial<Preferences>): Promise<Preferences> {
		const before = await this.#store.read();
		const after = await this.#told(this.#store.write(change));
		const atMs = Math.floor(this.#clock.wallMs());
		for (const what of settingChangesBetween(settingsOf(before), settingsOf(after))) {
			// The log is only an explanation; the preference itself is saved.
			this.#ledger.noteChange({ atMs, what }).catch(() => undefined);
		}
		return after;
	}

	accept(): Promise<Preferences> {
		return this.#told(this.#store.accept());
	}

	async #told(work: Promise<Preferences>): Promise<Preferences> {
		const result = await work;
		const ignored = this.ignored.join();
		if (ignored !== this.#toldIgnored) this.#listeners.notify();
		this.#toldIgnored = ignored;
		return result;
	}
}

function settingsOf({ profile, sound, lensId, budgetBytes, mostDays }: Preferences) {
	return {
		...{ sound, lensId, budgetBytes, mostDays },
		bitsPerSecond: profileNamed(profile).bitsPerSecond,
	};
}
