import type { Preferences } from '#protocol/preferences.ts';

/**
 * What the person chose for this device; durable at once. A damaged document reads as the defaults.
 */
export interface PreferenceStore {
	read(): Promise<Preferences>;
	write(change: Partial<Preferences>): Promise<Preferences>;
}
