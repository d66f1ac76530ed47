import type { FaultKind } from '#domain/base/fault.ts';
import { ENGLISH } from '#ui/words/format/formats.ts';
import { listed, named } from '#ui/words/format/named.ts';

/** In seconds, short: what a proof is made of. */
const seconds = (ms: number) => ENGLISH.across(Math.max(100, Math.round(ms / 100) * 100));

const notDone = 'Nothing was changed. Try again.';
const failed: Readonly<Record<FaultKind, string>> = {
	unavailable: notDone,
	offline: 'There is no connection. It is done here and goes to the others when there is one.',
	denied: 'Only an owner may do this, and the last owner stays one.',
	quota: 'The browser has no room left. Nothing was changed.',
	'not-found': 'This device is not in the home any more.',
	conflict: 'Another owner changed something meanwhile. Look at the list again, then decide.',
	malformed: 'This name or date does not work. Choose another.',
	corrupt: 'The list of devices is damaged. Nothing was changed.',
	unsupported: 'This browser cannot do this.',
	aborted: notDone,
	timeout: 'The browser did not answer in time. Look whether it was done before you try again.',
	system: notDone,
	unreadable: notDone,
	newer: 'A newer version of Spy-cam was here. Load it, then try again.',
	blocked: 'Another tab of Spy-cam is in the way. Close it, then try again.',
	cleared: 'The browser’s data of this page was deleted. Load this page again.',
	unconfirmed: 'There was no answer. Look whether it was done before you try again.',
	internal: 'Something went wrong that should not. Nothing was changed.',
};

/** The devices of the home. */
export const devices = {
	title: 'Devices',
	lead: 'They trust each other. What a camera sees is readable on these devices only.',
	none: 'This device belongs to no home yet. It founds one when it becomes a camera, or joins one when it is paired.',
	alone: 'Only this device. Pair another to watch from there.',
	pair: 'Pair a device',
	notOwner: (owners: readonly string[]) =>
		`Only an owner may change this list${owners.length === 0 ? '' : `: ${listed(owners)}`}.`,
	forkedWhat: 'The relay shows a list of devices that does not follow ours. It is not believed.',
	forkedNext:
		'Compare the safety numbers on two of your own devices. If they are the same, your home is safe: take out whatever you do not know here, and do not use this relay until whoever runs it has explained it.',
	fork: {
		what: 'Two owners changed the list of devices at the same time.',
		mine: 'Here:',
		theirs: 'At the relay:',
		lines: {
			in: (name: string) => `“${named(name)}” was let in`,
			out: (name: string) => `“${named(name)}” was taken out`,
			changed: (name: string) => `“${named(name)}” was changed`,
			home: () => 'the home’s settings were changed',
		},
		nothing: 'nothing that still holds',
		next: 'If you know all of these changes, bring both lists together: then all of it holds everywhere, and whoever was taken out on one side stays out.',
		ask: 'An owner who is in both lists can bring them together on a device of theirs. Until then each device keeps to its own.',
		settle: 'Bring both together',
	},
	unnamed: 'Without a name',
	self: 'This device',
	roles: {
		owner: 'Owner',
		viewer: 'View and control',
		'view-only': 'View',
		'live-only': 'View live only',
		camera: 'Camera',
		recovery: 'Recovery kit',
	},
	andCamera: (role: string) => `${role}, and camera`,
	until: (date: string) => `until ${date}`,
	safety: 'Safety number',
	safetyNote: 'The same digits on both devices mean that nobody stands between.',
	edit: 'Change',
	name: 'Name',
	taken: (name: string) => `Another device is called “${named(name)}”, too.`,
	cameraTaken: (name: string) => `Another camera is called “${named(name)}”, too.`,
	callIt: (name: string) => `Call it “${named(name)}”`,
	role: 'What it may do',
	only: 'View nothing',
	roleNotes: {
		owner: 'May do everything: stop recordings, and let devices in and take them out.',
		viewer: 'May watch and control cameras, but not stop a recording or end guard mode.',
		'view-only': 'May watch live and saved footage. Controls no camera.',
		'live-only': 'May watch live, and nothing that was saved. Controls no camera.',
		camera: 'Records. May not watch the others.',
		recovery: 'Printed, for the day when all owners are lost.',
	},
	isCamera: 'It is a camera',
	lastOwner: 'It is the only owner, so it stays one.',
	end: 'Ends on',
	endNote: 'Empty: it stays until you take it out.',
	save: 'Save',
	cancel: 'Cancel',
	makeOwner: 'Make this one an owner, too',
	makeOwnerWhy: 'With one owner only, a lost device means a lost home.',
	showEarlier: 'Show earlier footage too',
	showEarlierNote:
		'It sees what was recorded from now on. This gives it the keys of what came before.',
	revoke: 'Revoke',
	revokeTitle: (name: string) => `Take out ${named(name)}?`,
	revokeSelf: 'Take this very device out of the home?',
	revokeWhat: [
		'It is cut off within seconds: no pictures, no footage, no commands.',
		'Every camera begins to seal with a new key it never gets.',
		'What it has already seen or saved as a file stays with it.',
		'To come back it must be paired again.',
	],
	revokeYes: 'Yes, take it out',
	proofRelay: (ms: number) => `the relay closed it after ${seconds(ms)}`,
	proofRelayNot: 'the relay was not reached yet',
	proofCamera: (name: string, ms: number) => `${named(name)} after ${seconds(ms)}`,
	proofCameraNot: (name: string) => `${named(name)} has not answered yet`,
	proof: (parts: readonly string[]) => `Gone: ${parts.join(', ')}`,
	proofNext: 'A camera that is away cuts it off before it sends anything again.',
	working: 'Working …',
	done: {
		rename: 'It has its new name.',
		change: 'It is changed.',
		earlier: 'It has the keys of earlier footage.',
		revoke: '',
	},
	failed,
	// The start page
	glance: 'Devices of this home',
	kinds: {
		off: 'Camera is off',
		starting: 'Starting …',
		preview: 'Not recording',
		recording: 'Recording',
		blind: 'Not saving',
	},
};

export type DeviceWords = typeof devices;
