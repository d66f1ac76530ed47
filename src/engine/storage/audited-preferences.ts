import { Listeners } from '#domain/base/listeners.ts';
import { settingChangesBetween } from '#domain/storage/setting-change.ts';
import { profileNamed } from '#domain/recording/profile.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Ledger } from '#ports/storage/ledger.ts';
import type { PreferenceStore } from '#ports/storage/preference-store.ts';
import type { CameraPreferences, DevicePreferences } from '#protocol/preferences.ts';

interface PreferenceControls<T> extends PreferenceStore<T> {
	/** Called when other fields are ignored than before. */
	on(listener: () => void): () => void;
}
export type DevicePreferenceControls = PreferenceControls<DevicePreferences>;
export type CameraPreferenceControls = PreferenceControls<CameraPreferences>;

/** Preferences that log every change affecting how fast storage fills, and tell what is ignored. */
export class AuditedPreferences<
	T extends DevicePreferences | CameraPreferences,
> implements PreferenceControls<T> {
	readonly #store: PreferenceStore<T>;
	readonly #ledger: Pick<Ledger, 'noteChange'>;
	readonly #clock: Pick<Clock, 'wallMs'>;
	readonly #listeners = new Listeners();
	#toldIgnored = '';

	constructor(
		store: PreferenceStore<T>,
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

	on(listener: () => void): () => void {
		return this.#listeners.add(listener);
	}

	read(): Promise<T> {
		return this.#told(this.#store.read());
	}

	async write(change: Partial<T>): Promise<T> {
		const before = await this.#store.read();
		const after = await this.#told(this.#store.write(change));
		const atMs = Math.floor(this.#clock.wallMs());
		for (const what of settingChangesBetween(settingsOf(before), settingsOf(after))) {
			// The log is only an explanation; the preference itself is saved.
			this.#ledger.noteChange({ atMs, what }).catch(() => undefined);
		}
		return after;
	}

	accept(): Promise<T> {
		return this.#told(this.#store.accept());
	}

	async #told(work: Promise<T>): Promise<T> {
		const result = await work;
		const ignored = this.ignored.join();
		if (ignored !== this.#toldIgnored) this.#listeners.notify();
		this.#toldIgnored = ignored;
		return result;
	}
}

function settingsOf(values: Partial<DevicePreferences & CameraPreferences>) {
	const { profile, sound, lensId, budgetBytes, mostDays } = values;
	const bitsPerSecond = profile && profileNamed(profile).bitsPerSecond;
	return { sound, lensId, budgetBytes, mostDays, bitsPerSecond };
}
