import type { SettingChange } from '#domain/storage/change.ts';
import type { Filling } from '#domain/storage/filling.ts';
import type { Deletion } from '#domain/storage/journal.ts';

/**
 * What became of this device's room: what filled it, what was deleted and why, which settings
 * changed. Nothing here is needed to record or to play. Rules: docs/spec/space.md, "The journal".
 * Throws `Fault`: `timeout`, `unavailable`, `quota`, `unsupported`.
 */
export interface Ledger {
	/** Adds to the entry of the same rule and hour. */
	noteDeletion(deletion: Deletion): Promise<void>;
	/** Newest first. */
	deletions(most: number): Promise<Deletion[]>;

	/** One for each ten minutes; a second one takes the place of the first. */
	noteFilling(filling: Filling): Promise<void>;
	/** Oldest first. */
	fillings(fromMs: number): Promise<Filling[]>;

	noteChange(change: SettingChange): Promise<void>;
	/** Newest first. */
	changes(most: number): Promise<SettingChange[]>;
}
