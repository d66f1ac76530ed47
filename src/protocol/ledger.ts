import * as v from 'valibot';
import { SETTING_CHANGE_KINDS, type SettingChange } from '#domain/storage/setting-change.ts';
import type { StorageUsage } from '#domain/storage/usage.ts';
import { DELETION_RULES, type Deletion } from '#domain/storage/deletion.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const deletion = v.object({
	rule: v.picklist(DELETION_RULES),
	firstMs: count,
	lastMs: count,
	span: v.nullable(v.object({ startUs: count, endUs: count })),
	segments: count,
	bytes: count,
	unsaved: v.optional(count),
});

const filling = v.object({
	atMs: count,
	footage: count,
	pinned: count,
	previews: count,
	index: count,
	reserve: count,
	other: count,
	allowed: count,
});

const change = v.object({ atMs: count, what: v.picklist(SETTING_CHANGE_KINDS) });

/** Reads stored rows. `null`: not a valid row. */
export function deletionFrom(row: unknown): Deletion | null {
	return outputOf(v.safeParse(deletion, row));
}

export function storageUsageFrom(row: unknown): StorageUsage | null {
	return outputOf(v.safeParse(filling, row));
}

export function changeFrom(row: unknown): SettingChange | null {
	return outputOf(v.safeParse(change, row));
}

function outputOf<T>(parsed: { success: true; output: T } | { success: false }): T | null {
	return parsed.success ? parsed.output : null;
}
