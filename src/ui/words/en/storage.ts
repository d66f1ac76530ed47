import type { SettingChangeKind } from '#domain/storage/setting-change.ts';
import type { UsageKind, StorageLevel } from '#domain/storage/usage.ts';
import type { DeletionRule } from '#domain/storage/deletion.ts';
import { ENGLISH } from '#ui/words/format/formats.ts';

const { count } = ENGLISH;

/** For a sentence that begins with a length of time. */
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

const kinds: Readonly<Record<UsageKind, string>> = {
	pinned: 'Pinned',
	footage: 'Footage',
	previews: 'Thumbnails',
	index: 'Index',
	reserve: 'Reserve',
	other: 'App and browser',
};

const changes: Readonly<Record<SettingChangeKind, (when: string) => string>> = {
	'quality-raised': (when) => `The quality was raised on ${when}.`,
	'quality-lowered': (when) => `The quality was lowered on ${when}.`,
	'sound-on': (when) => `Sound recording was turned on on ${when}.`,
	'sound-off': (when) => `Sound recording was turned off on ${when}.`,
	lens: (when) => `Another camera was chosen on ${when}.`,
	budget: (when) => `The space for footage was changed on ${when}.`,
	age: (when) => `How long footage is kept was changed on ${when}.`,
};

const rules: Readonly<Record<DeletionRule, string>> = {
	budget: 'to stay within the space allowed',
	refused: 'because the browser had no space',
	age: 'because of its age',
	person: 'because you deleted it',
};

const levels: Readonly<Record<Exclude<StorageLevel, 'fine'>, { what: string; next: string }>> = {
	warn: {
		what: 'Pins use three quarters of the space.',
		next: 'New footage is kept for less time. Unpin what you no longer need, or allow more space.',
	},
	high: {
		what: 'Pins use most of the space.',
		next: 'New footage is kept only briefly. Unpin something, or allow more space.',
	},
	critical: {
		what: 'Pins use nearly all of the space.',
		next: 'Nothing more can be pinned. Unpin something now, or allow more space.',
	},
	emergency: {
		what: 'The browser just ran out of space.',
		next: 'The oldest footage was deleted, and recording continues. Free up space on this device.',
	},
};

export const storage = {
	title: 'Storage',
	used: 'Storage used',
	of: (used: string, budget: string) => `${used} of ${budget}`,
	atQuality: 'at the chosen quality',
	atRate: 'at today’s rate',
	reaches: (when: string) =>
		`Storage is full, which is normal: footage goes back to ${when}, and new footage replaces the oldest.`,
	/** The camera as `named` gives it: the first load does without that. */
	rate: (camera: string, size: string) => `${camera}: ${size} per hour.`,
	camera: 'This camera',
	faster: (times: string) => `That is ${times} times as much as the day before.`,
	slower: (times: string) => `That is ${times} times less than the day before.`,
	changes,
	kinds,
	levels,
	growth: (kind: string, time: string) =>
		`${kind}: growing so fast that space runs out in about ${time}.`,
	growthNext: 'Check what changed, and allow more space if this is what you want.',
	budget: 'Space for footage',
	exactly: 'Exactly, in GB',
	lasts: (size: string, time: string) => `${size}: about ${time}`,
	save: 'Save',
	cancel: 'Cancel',
	saved: 'Saved.',
	wrong: 'Enter a number from 0.05 to 10,000 GB.',
	pinsNeed: 'Pins use more than that. Unpin something first.',
	refused: (size: string, when: string) =>
		`The browser ran out of space on ${when}. Since then footage is limited to ${size}, and to a little more each day.`,
	note: 'Footage is stored in this browser on this device, nowhere else.',
	damaged: (n: number) => `${count(n, 'entry', 'entries')} could not be read and were set aside.`,
	counting: 'Checking what would be deleted …',
	deletes: (time: string, size: string, until: string) =>
		capital(
			`${time} (${size}) will be deleted now: the oldest footage, up to ${until}. Pinned footage stays.`,
		),
	deletesByAge: (time: string, size: string, until: string) =>
		capital(`${time} (${size}) will be deleted: all footage up to ${until} that is not pinned.`),
	/** Nothing that is still in sight. */
	deletesHidden: (size: string) =>
		`What you deleted in the last ten minutes (${size}) will be gone for good now.`,
	deleteAndSave: (size: string) => `Delete ${size} and save`,
	savedDeleted: (size: string) => `Saved. ${size} deleted.`,
	more: 'Not saved yet: first read what would be deleted.',
	age: 'Delete footage after',
	never: 'Only when space runs out',
	days: (n: number) => count(n, 'day', 'days'),
	ageNote: 'Pinned footage stays. Deleting starts once this page has been open for an hour.',
	kept: 'The browser has promised to keep this footage.',
	unkept: 'The browser may delete this.',
	unkeptWhy: 'When storage runs low, it takes the footage of sites that are not installed first.',
	howToInstall: 'How to install the app',
	by: 'What uses it',
	chart: {
		title: 'Over time',
		range: 'Time shown',
		ranges: { day: '24 hours', week: '7 days', month: '31 days' },
		label: (from: string, to: string, now: string) => `From ${from} to ${to}. Now ${now}.`,
		allowed: 'Allowed',
		empty: 'It appears once the app has been open for a while.',
	},
	pins: {
		title: 'Pinned',
		none: 'Nothing is pinned. Pin a moment in the player, and it stays until you unpin it.',
		unpin: 'Unpin',
		soon: 'Storage is full and this is the oldest footage: unpinned, it is deleted within minutes.',
		anyway: 'Unpin and delete',
		unpinned: 'No longer pinned: it can now be deleted like all other footage.',
		full: 'It is not pinned: there is no space for more pins. Unpin something else, or allow more space.',
		span: (from: string, to: string) => `${from} to ${to}`,
	},
	journal: {
		title: 'What was deleted',
		none: 'Nothing has been deleted yet.',
		next: (when: string) => `Next to be deleted: footage from ${when} on.`,
		rules,
		what: (size: string, why: string) => `${size} deleted ${why}`,
		footage: (from: string, to: string) => `Footage from ${from} to ${to}`,
		more: 'Show more',
	},
};
export type StorageWords = typeof storage;
