import type { SettingChange } from '#domain/storage/setting-change.ts';
import type { StorageUsage } from '#domain/storage/usage.ts';
import type { Deletion } from '#domain/storage/deletion.ts';

/**
 * History of storage: usage, deletions and their rules, changed settings. Recording and playback do
 * not depend on it. Rules: docs/spec/space.md, "The journal". Throws `Fault`: `timeout`,
 * `unavailable`, `quota`, `unsupported`.
 */
export interface Ledger {
	/** Merges into the entry of the same rule and hour. */
	noteDeletion(deletion: Deletion): Promise<void>;
	/** Newest first. */
	deletions(limit: number): Promise<Deletion[]>;

	/** One sample per ten minutes; a later one replaces the earlier. */
	noteUsage(usage: StorageUsage): Promise<void>;
	/** Oldest first. */
	usageSince(fromMs: number): Promise<StorageUsage[]>;

	noteChange(change: SettingChange): Promise<void>;
	/** Newest first. */
	changes(limit: number): Promise<SettingChange[]>;
}
