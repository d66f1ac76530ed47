import type { Changed } from '#domain/storage/change.ts';
import type { Kind, Level } from '#domain/storage/filling.ts';
import type { Rule } from '#domain/storage/journal.ts';
import { ENGLISH } from '#ui/words/format/formats.ts';

const { count } = ENGLISH;

const kinds: Readonly<Record<Kind, string>> = {
	pinned: 'Pinned',
	footage: 'Footage',
	previews: 'Small pictures',
	index: 'Index',
	reserve: 'Reserve',
	other: 'App and browser',
};

const changes: Readonly<Record<Changed, (when: string) => string>> = {
	'quality-raised': (when) => `The quality was raised on ${when}.`,
	'quality-lowered': (when) => `The quality was lowered on ${when}.`,
	'sound-on': (when) => `Sound was switched on on ${when}.`,
	'sound-off': (when) => `Sound was switched off on ${when}.`,
	lens: (when) => `Another camera was chosen on ${when}.`,
	budget: (when) => `The budget was changed on ${when}.`,
	age: (when) => `How long footage stays was changed on ${when}.`,
};

const rules: Readonly<Record<Rule, string>> = {
	budget: 'to stay within the budget',
	refused: 'because the browser had no room',
	age: 'because it was old enough',
	person: 'because you deleted it',
};

const levels: Readonly<Record<Exclude<Level, 'fine'>, { what: string; next: string }>> = {
	warn: {
		what: 'Pins hold three quarters of the room.',
		next: 'New footage stays for a shorter time. Unpin what you no longer need, or give footage more room.',
	},
	high: {
		what: 'Pins hold most of the room.',
		next: 'New footage stays only for a short time. Unpin something, or give footage more room.',
	},
	critical: {
		what: 'Pins hold nearly all of the room.',
		next: 'Nothing more can be pinned. Unpin something now, or give footage more room.',
	},
	emergency: {
		what: 'The browser just had no room for more.',
		next: 'The oldest footage left, and recording goes on. Free some space on this device.',
	},
};

export const storage = {
	title: 'Storage',
	used: 'Storage used',
	of: (used: string, budget: string) => `${used} of ${budget}`,
	keeps: (time: string) => `Keeps about ${time} at the chosen quality.`,
	keepsNow: (time: string) => `Keeps about ${time} at today’s rate.`,
	fullIn: (time: string) =>
		`Full in about ${time}. Then the oldest minutes leave first, and recording goes on.`,
	reaches: (when: string) =>
		`It is full, and that is how it works: footage reaches back to ${when}, and the oldest minutes leave first.`,
	/** The camera as `named` gives it: the first load does without that. */
	rate: (camera: string, size: string) => `${camera}: ${size} an hour.`,
	camera: 'This camera',
	faster: (times: string) => `That is ${times} times as much as the day before.`,
	slower: (times: string) => `That is ${times} times less than the day before.`,
	changes,
	kinds,
	levels,
	growth: (kind: string, time: string) =>
		`${kind}: growing so fast that the room is gone in about ${time}.`,
	growthNext: 'Look at what changed, and give footage more room if this is what you want.',
	budget: 'How much it may use',
	exactly: 'Exactly, in GB',
	lasts: (size: string, time: string) => `${size}: about ${time}`,
	save: 'Save',
	saved: 'Saved.',
	wrong: 'Give a number from 0.05 to 10,000 GB.',
	pinsNeed: 'Pins hold more than that. Unpin something first.',
	refused: (size: string, when: string) =>
		`The browser had no room for more on ${when}. Since then footage keeps to ${size}, and tries a little more each day.`,
	note: 'Footage is stored in this browser, on this device, nowhere else.',
	damaged: (n: number) => `${count(n, 'entry', 'entries')} could not be read and were set aside.`,
	counting: 'Counting what would go …',
	deletes: (time: string, size: string, until: string) =>
		`Saving deletes ${time} (${size}) of footage: the oldest, up to ${until}. What is pinned stays.`,
	/** Nothing that is still in sight. */
	deletesHidden: (size: string) =>
		`Saving deletes for good what you deleted in the last ten minutes (${size}).`,
	deleteAndSave: (size: string) => `Delete ${size} and save`,
	savedDeleted: (size: string) => `Saved. ${size} deleted.`,
	more: 'Not saved yet: read first what would go.',
	age: 'Delete footage after',
	never: 'Only when there is no room',
	days: (n: number) => count(n, 'day', 'days'),
	ageNote: 'What is pinned stays. Deleting begins when this page has been open for an hour.',
	kept: 'The browser has promised to keep this footage.',
	unkept: 'The browser may delete this footage when the disk is nearly full.',
	chart: {
		title: 'Over time',
		range: 'Time shown',
		ranges: { day: '24 hours', week: '7 days', month: '31 days' },
		label: (from: string, to: string, now: string) => `From ${from} to ${to}. Now ${now}.`,
		allowed: 'Allowed',
		empty: 'It is drawn as soon as the app has been open for a while.',
	},
	pins: {
		title: 'Pinned',
		none: 'Nothing is pinned. In the player, mark a moment and pin it: nothing deletes it then.',
		held: (size: string) => `Pins hold ${size}.`,
		unpin: 'Unpin',
		soon: 'The room is full, and this is the oldest: without its pin it is deleted within minutes.',
		anyway: 'Unpin and delete',
		unpinned: 'No longer pinned: from now on it leaves like all other footage.',
		full: 'It is not pinned: there is no room for more pins. Unpin something else, or give footage more room.',
		span: (from: string, to: string) => `${from} to ${to}`,
	},
	journal: {
		title: 'What was deleted',
		none: 'Nothing has been deleted yet.',
		next: (when: string) => `Next to leave: footage from ${when} on.`,
		rules,
		what: (size: string, why: string) => `${size} deleted ${why}`,
		footage: (from: string, to: string) => `Footage from ${from} to ${to}`,
		more: 'Show more',
	},
};
export type StorageWords = typeof storage;
