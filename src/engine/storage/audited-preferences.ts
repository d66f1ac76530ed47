import { expectFault } from '#domain/base/fault.ts';
import { Listeners } from '#domain/base/listeners.ts';
import { settingChangesBetween } from '#domain/storage/setting-change.ts';
import { profileNamed } from '#domain/recording/profile.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Ledger } from '#ports/storage/ledger.ts';
import type { PreferenceStore } from '#ports/storage/preference-store.ts';
import type { CameraPreferences, DevicePreferences } from '#protocol/preferences.ts';

interface PreferenceControls<T> extends PreferenceStore<T> {
	/**
	 * Called after each write here, and when other fields are ignored than before. Other pages of
	 * this device write, too.
	 */
	on(listener: (now: T) => void): () => void;
}
export type DevicePreferenceControls = PreferenceControls<DevicePreferences>;
export type CameraPreferenceControls = PreferenceControls<CameraPreferences>;

/** Preferences that tell of every change, and log those affecting how fast storage fills. */
export class AuditedPreferences<
	T extends DevicePreferences | CameraPreferences,
> implements PreferenceControls<T> {
	readonly #store: PreferenceStore<T>;
	readonly #ledger: Pick<Ledger, 'noteChange'>;
	readonly #clock: Pick<Clock, 'wallMs'>;
	readonly #listeners = new Listeners<[T]>();
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

	on(listener: (now: T) => void): () => void {
		return this.#listeners.add(listener);
	}

	async read(): Promise<T> {
		return this.#tell(await this.#store.read(), false);
	}

	async write(change: Partial<T>): Promise<T> {
		const before = await this.#store.read();
		const after = this.#tell(await this.#store.write(change), true);
		const atMs = Math.floor(this.#clock.wallMs());
		for (const what of settingChangesBetween(settingsOf(before), settingsOf(after))) {
			// The log is only an explanation; the preference itself is saved.
			this.#ledger.noteChange({ atMs, what }).catch(expectFault);
		}
		return after;
	}

	async accept(): Promise<T> {
		return this.#tell(await this.#store.accept(), true);
	}

	#tell(now: T, written: boolean): T {
		const ignored = this.ignored.join();
		const changed = written || ignored !== this.#toldIgnored;
		this.#toldIgnored = ignored;
		if (changed) this.#listeners.notify(now);
		return now;
	}
}

function settingsOf(values: Partial<DevicePreferences & CameraPreferences>) {
	const { profile, sound, lensId, budgetBytes, mostDays } = values;
	const bitsPerSecond = profile && profileNamed(profile).bitsPerSecond;
	return { sound, lensId, budgetBytes, mostDays, bitsPerSecond };
}
