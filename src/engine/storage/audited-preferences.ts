import { expectFault } from '#domain/base/fault.ts';
import { Listeners } from '#domain/base/listeners.ts';
import { settingChangesBetween } from '#domain/storage/setting-change.ts';
import { profileNamed } from '#domain/recording/profile.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Ledger } from '#ports/storage/ledger.ts';
import type { PreferenceStore } from '#ports/storage/preference-store.ts';
import type { Preferences } from '#protocol/preferences.ts';

/** Preferences that tell of every change, and log those affecting how fast storage fills. */
export class AuditedPreferences implements PreferenceStore {
	readonly #store: PreferenceStore;
	readonly #ledger: Pick<Ledger, 'noteChange'>;
	readonly #clock: Pick<Clock, 'wallMs'>;
	readonly #listeners = new Listeners<[Preferences]>();

	constructor(
		store: PreferenceStore,
		ledger: Pick<Ledger, 'noteChange'>,
		clock: Pick<Clock, 'wallMs'>,
	) {
		this.#store = store;
		this.#ledger = ledger;
		this.#clock = clock;
	}

	read(): Promise<Preferences> {
		return this.#store.read();
	}

	/** Called after each write here with all preferences. Other pages of this device write, too. */
	on(listener: (now: Preferences) => void): () => void {
		return this.#listeners.add(listener);
	}

	async write(change: Partial<Preferences>): Promise<Preferences> {
		const before = await this.#store.read();
		const after = await this.#store.write(change);
		this.#listeners.notify(after);
		const atMs = Math.floor(this.#clock.wallMs());
		for (const what of settingChangesBetween(settingsOf(before), settingsOf(after))) {
			// The log is only an explanation; the preference itself is saved.
			this.#ledger.noteChange({ atMs, what }).catch(expectFault);
		}
		return after;
	}
}

function settingsOf({ profile, sound, lensId, budgetBytes, mostDays }: Preferences) {
	return {
		...{ sound, lensId, budgetBytes, mostDays },
		bitsPerSecond: profileNamed(profile).bitsPerSecond,
	};
}
