import type { SettingChangeKind } from '#domain/storage/setting-change.ts';
import type { UsageKind, StorageLevel } from '#domain/storage/usage.ts';
import type { DeletionRule } from '#domain/storage/deletion.ts';
import type { UploadChoice } from '#domain/sync/upload-choice.ts';
import { ENGLISH } from '#ui/words/format/formats.ts';
import { listed } from '#ui/words/format/named.ts';

const { count } = ENGLISH;

/** Why nothing is copied although it could be. */
type HeldBack = 'person' | 'metered' | 'battery' | 'elsewhere';

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
	noteCopied: 'Footage is stored in this browser on this device, with a sealed copy at the relay.',
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
		unsaved: (size: string) => `${size} of it was not known to be at the relay`,
		more: 'Show more',
	},
	copy: {
		title: 'At the relay',
		lead: 'Keep a sealed copy at the relay, and what the camera saw is safe when the camera is stolen or breaks.',
		means: 'What this means',
		amount: 'Amount',
		perDay: (size: string) => `Up to ${size} a day, at today’s rate.`,
		perDayUnknown: 'As much as your cameras record.',
		lastsTerm: 'How long it stays',
		lasts: (size: string, time: string) =>
			`The relay has ${size} for your home: about ${time}, if only this device uses it. Then new footage replaces the oldest.`,
		lastsUnknown:
			'As long as the relay has space for your home. Then new footage replaces the oldest.',
		learns: 'What the relay learns',
		learnsWhat:
			'When your cameras record, how much, and that something happened. Never pictures, sound or names: only devices of your home can open the copy.',
		choice: 'What is copied',
		/** At a remote camera. */
		copiedToRelay: 'Copied to the relay',
		choiceOf: (name: string) => `What is copied from ${name}`,
		choices: {
			nothing: 'Nothing',
			events: 'Events and the last day',
			everything: 'Everything',
		} satisfies Record<UploadChoice, string> as Record<UploadChoice, string>,
		eventsNote:
			'Of what is older than a day and not there yet, only the minutes around events are copied.',
		nothingNote: 'What is there stays until new footage replaces it.',
		begin: 'Keep a copy at the relay',
		notOwner: (owners: readonly string[]) =>
			`Only an owner can change this${owners.length === 0 ? '' : `: ${listed(owners)}`}.`,
		notOwnerNext: 'On a device of an owner, open this camera and its controls.',
		/** By what grows at the relay. */
		warning: {
			others: 'Something else fills the relay’s disk.',
			index: 'The relay’s index grows faster than its footage.',
			something: 'The space at the relay runs out.',
		},
		warningAt: (when: string) => `At this rate it is full on ${when}.`,
		warningAfter: {
			version: (when: string) => `The relay was updated on ${when}.`,
			cap: (when: string) => `The relay’s limit was changed on ${when}.`,
			share: (when: string) => `The share of a home was changed on ${when}.`,
			home: (when: string) => `Another home began to use the relay on ${when}.`,
			camera: (when: string) => `Another camera began to use the relay on ${when}.`,
			something: (when: string) => `Something was changed at the relay on ${when}.`,
		},
		warningNext:
			'The oldest footage there leaves first. Whoever runs the relay can give it more space.',
		freed: (size: string, from: string, to: string) =>
			`Left the relay lately to make room: ${size}, from ${from} to ${to}.`,
		alone: 'There is nobody who could open a copy yet.',
		aloneNext:
			'Add another device or make a recovery kit: it gets the keys. Else the copy is lost with this device.',
		addDevice: 'Add a device',
		noRelay: 'This home has no relay yet.',
		noRelayNext:
			'A relay is a small computer of yours that is always on. Open this app from it, and add a device there.',
		nearby: 'Your devices are connected directly, without a relay that could keep a copy.',
		nearbyNext: 'Open this app from a relay: a small computer of yours that is always on.',
		upTo: (when: string) => `At the relay up to ${when}`,
		nothingYet: 'Nothing at the relay yet',
		allThere: 'All there',
		asking: 'Asking the relay what it has …',
		left: (n: number) => `${count(n, 'minute', 'minutes')} to go`,
		leftAbout: (n: number, time: string) => `${count(n, 'minute', 'minutes')} to go, about ${time}`,
		waitsForRelay: 'Waits for the relay',
		held: {
			person: 'Paused',
			metered: 'Waits for a network that is not metered',
			battery: 'Waits until the battery is charged',
			elsewhere: 'Another tab of this browser copies it',
		} satisfies Record<HeldBack, string> as Record<HeldBack, string>,
		failed: {
			full: {
				what: 'The relay has no space left.',
				next: 'It is tried again every minute. Whoever runs the relay can give your home more space.',
			},
			denied: {
				what: 'The relay does not take footage from this device.',
				next: 'An owner can check under Settings, Devices, that this device is still a camera of the home.',
			},
			other: {
				what: 'The relay could not store footage just now.',
				next: 'It is tried again automatically. Nothing is lost: it stays on this device until then.',
			},
		},
		roomFrom: (when: string) => `The relay has no space for footage from before ${when}.`,
		refused: (n: number, from: string, to: string) =>
			`${count(n, 'piece', 'pieces')} of footage could not be copied (${from} to ${to}).`,
		refusedNext:
			'They stay on this device. Check and repair, below, says whether they are damaged.',
		lost: (when: string) => `The relay no longer had footage from ${when} that it had confirmed.`,
		lostNext: 'It is being sent again. If this happens more than once, its disk may be failing.',
		another: (when: string) => `The relay lost its copy, or is another one, since ${when}.`,
		anotherNext: 'Everything is sent again, the newest first.',
		unsaved: (time: string) =>
			`In about ${time}, this device deletes footage that the relay does not have.`,
		unsavedNow: 'This device is deleting footage that the relay does not have.',
		unsavedNext: (recorded: string, uploaded: string) =>
			`It records ${recorded} an hour and copies ${uploaded}. Allow more space above, choose a lower quality, or let it copy more.`,
		pause: 'Pause',
		resume: 'Continue',
		sparesData: 'Wait on metered networks',
		sparesBattery: 'Wait while the battery is low',
		usage: (used: string, share: string) => `Your home uses ${used} of ${share} at the relay`,
		lowered: (size: string) => `An owner limited your home to ${size} there.`,
		share: {
			title: 'Limit for your home',
			meaning:
				'Your home never holds more than this at the relay. What it gives up is for other homes there.',
			field: 'At most, in GB',
			keeps: (time: string) => `About ${time} of footage, at today’s rate.`,
			deletes: (size: string) => `The oldest ${size} at the relay leave at once.`,
			set: 'Set the limit',
			deleteAndSet: (size: string) => `Delete ${size} at the relay`,
			none: 'Remove the limit',
			wrong: (least: string, most: string) => `Enter an amount from ${least} to ${most}.`,
			saved: 'Saved',
		},
		noHome: 'Nothing of this browser is kept elsewhere yet.',
		noHomeNext:
			'A relay, a small computer of yours that is always on, can keep a sealed copy. Open this app from it, set up a camera, and switch the copy on here.',
		noCamera:
			'This device records nothing. Each camera of your home has its own switch for the copy.',
	},
};
export type StorageWords = typeof storage;
