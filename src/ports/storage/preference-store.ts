import type { Preferences } from '#protocol/preferences.ts';

/**
 * The person's choices for this device, durable once `write` resolves. A damaged document reads as
 * the defaults.
 */
export interface PreferenceStore {
	read(): Promise<Preferences>;
	write(change: Partial<Preferences>): Promise<Preferences>;
}
