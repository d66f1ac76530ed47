import type { LoggedChange } from './growth.ts';

/** Camera settings whose change may explain a different recording rate. */
export const SETTING_CHANGE_KINDS = [
	'quality-raised',
	'quality-lowered',
	'sound-on',
	'sound-off',
	'lens',
	'budget',
	'age',
] as const;
export type SettingChangeKind = (typeof SETTING_CHANGE_KINDS)[number];

export type SettingChange = LoggedChange<SettingChangeKind>;

/** Of a device or of a camera. */
interface Settings {
	readonly bitsPerSecond?: number | undefined;
	readonly sound?: boolean | undefined;
	readonly lensId?: string | null | undefined;
	readonly budgetBytes?: number | null | undefined;
	readonly mostDays?: number | null | undefined;
}

/** What differs between two settings. */
export function settingChangesBetween(before: Settings, after: Settings): SettingChangeKind[] {
	const changes: SettingChangeKind[] = [];
	const [from = 0, to = 0] = [before.bitsPerSecond, after.bitsPerSecond];
	if (to > from) changes.push('quality-raised');
	if (to < from) changes.push('quality-lowered');
	if (after.sound !== before.sound) changes.push(after.sound ? 'sound-on' : 'sound-off');
	if (after.lensId !== before.lensId) changes.push('lens');
	if (after.budgetBytes !== before.budgetBytes) changes.push('budget');
	if (after.mostDays !== before.mostDays) changes.push('age');
	return changes;
}
