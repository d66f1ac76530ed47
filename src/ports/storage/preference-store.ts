import type { Preferences } from '#protocol/preferences.ts';

/**
 * The person's choices for this device, durable once `write` resolves. Rule: docs/spec/guard.md,
 * GO7.
 */
export interface PreferenceStore {
	/**
	 * Fields whose stored value was not understood at the last read or write: another value is in
	 * force, and the stored one stays until a person changes it.
	 */
	readonly ignored: readonly string[];
	read(): Promise<Preferences>;
	write(change: Partial<Preferences>): Promise<Preferences>;
	/** Replaces the values that are not understood by those in force. */
	accept(): Promise<Preferences>;
}
