import type { SettingChange } from '#domain/storage/setting-change.ts';
import type { StorageUsage } from '#domain/storage/usage.ts';
import type { Deletion } from '#domain/storage/deletion.ts';

/**
 * What became of this device's room: what filled it, what was deleted and why, which settings
 * changed. Nothing here is needed to record or to play. Rules: docs/spec/space.md, "The journal".
 * Throws `Fault`: `timeout`, `unavailable`, `quota`, `unsupported`.
 */
export interface Ledger {
	/** Adds to the entry of the same rule and hour. */
	noteDeletion(deletion: Deletion): Promise<void>;
	/** Newest first. */
	deletions(limit: number): Promise<Deletion[]>;

	/** One for each ten minutes; a second one takes the place of the first. */
	noteUsage(filling: StorageUsage): Promise<void>;
	/** Oldest first. */
	usageSince(fromMs: number): Promise<StorageUsage[]>;

	noteChange(change: SettingChange): Promise<void>;
	/** Newest first. */
	changes(limit: number): Promise<SettingChange[]>;
}
