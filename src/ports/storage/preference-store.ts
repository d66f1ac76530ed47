import type { CameraPreferences, DevicePreferences } from '#protocol/preferences.ts';

/**
 * One document of the person's choices, durable once `write` resolves. Rule: docs/spec/guard.md,
 * GO7.
 */
export interface PreferenceStore<T> {
	/**
	 * Fields whose stored value was not understood at the last read or write: another value is in
	 * force, and the stored one stays until a person changes it.
	 */
	readonly ignored: readonly string[];
	read(): Promise<T>;
	write(change: Partial<T>): Promise<T>;
	/** Replaces the values that are not understood by those in force. */
	accept(): Promise<T>;
}

/** The choices for this device, and for each of its cameras by number. */
export interface PreferenceStores {
	readonly device: PreferenceStore<DevicePreferences>;
	/** Camera 1 has what was chosen when a device had one camera and one document. */
	camera(number: number): PreferenceStore<CameraPreferences>;
}
