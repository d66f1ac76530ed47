import type { FaultKind } from '#domain/base/fault.ts';
import { ENGLISH } from '#ui/words/format/formats.ts';
import { listed, named } from '#ui/words/format/named.ts';

/** In seconds, short: what a proof is made of. */
const seconds = (ms: number) => ENGLISH.across(Math.max(100, Math.round(ms / 100) * 100));

const notDone = 'Nothing was changed. Try again.';
const failed: Readonly<Record<FaultKind, string>> = {
	unavailable: notDone,
	offline: 'There is no connection. It is done here and reaches the others once there is one.',
	denied: 'Only an owner can do this, and the last owner stays one.',
	quota: 'The browser has no space left. Nothing was changed.',
	'not-found': 'This device is no longer in the home.',
	conflict: 'Another owner changed something in the meantime. Check the list again, then decide.',
	malformed: 'This name or date is not valid. Choose another.',
	corrupt: 'The list of devices is damaged. Nothing was changed.',
	unsupported: 'This browser cannot do this.',
	aborted: notDone,
	timeout: 'The browser did not answer in time. Check whether it was done before you try again.',
	system: notDone,
	unreadable: notDone,
	newer: 'A newer version of Spy-cam was used here. Load it, then try again.',
	blocked: 'Another Spy-cam tab is blocking this. Close it, then try again.',
	cleared: 'This site’s data was deleted in the browser. Reload this page.',
	unconfirmed: 'There was no answer. Check whether it was done before you try again.',
	internal: 'Something went wrong. Nothing was changed.',
};

/** The devices of the home. */
export const devices = {
	title: 'Devices',
	lead: 'They trust each other. Only these devices can read what a camera sees.',
	none: 'This device is not in a home yet. It creates one when it becomes a camera, or joins one when it is paired.',
	alone: 'Only this device. Pair another one to watch from there.',
	pair: 'Pair a device',
	notOwner: (owners: readonly string[]) =>
		`Only an owner can change this list${owners.length === 0 ? '' : `: ${listed(owners)}`}.`,
	forkedWhat: 'The relay’s list of devices contradicts the one on this device, so it is ignored.',
	forkedNext:
		'Compare the safety numbers on two of your own devices. If they match, your home is safe: remove any device you do not know, and do not use this relay until the person who runs it has explained it.',
	fork: {
		what: 'Two owners changed the device list at the same time.',
		mine: 'Here:',
		theirs: 'At the relay:',
		lines: {
			in: (name: string) => `“${named(name)}” was added`,
			out: (name: string) => `“${named(name)}” was removed`,
			changed: (name: string) => `“${named(name)}” was changed`,
			home: () => 'the home’s settings were changed',
		},
		nothing: 'nothing that still applies',
		next: 'If you know all of these changes, merge the lists: then everything applies everywhere, and a device removed on one side stays out.',
		ask: 'An owner who is in both lists can merge them on their device. Until then, each device uses its own list.',
		settle: 'Merge the lists',
	},
	unnamed: 'Unnamed',
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
	safetyNote: 'If the digits match on both devices, nobody is intercepting the connection.',
	edit: 'Change',
	name: 'Name',
	taken: (name: string) => `Another device is also called “${named(name)}”.`,
	cameraTaken: (name: string) => `Another camera is also called “${named(name)}”.`,
	callIt: (name: string) => `Call it “${named(name)}”`,
	role: 'What it can do',
	only: 'View nothing',
	roleNotes: {
		owner: 'Can do everything: stop recording, add devices and remove them.',
		viewer: 'Can watch and control cameras, but not stop recording or end guard mode.',
		'view-only': 'Can watch live and saved footage. Cannot control cameras.',
		'live-only': 'Can watch live, but no saved footage. Cannot control cameras.',
		camera: 'Records. Cannot watch other cameras.',
		recovery: 'Printed, in case all owners’ devices are lost.',
	},
	isCamera: 'It is a camera',
	lastOwner: 'It is the only owner, so it stays one.',
	end: 'Ends on',
	endNote: 'If empty, it stays until you remove it.',
	save: 'Save',
	cancel: 'Cancel',
	makeOwner: 'Make this one an owner too',
	makeOwnerWhy: 'With only one owner, a lost device means a lost home.',
	showEarlier: 'Show earlier footage too',
	showEarlierNote:
		'It sees what is recorded from now on. This gives it the keys to what came before.',
	revoke: 'Remove',
	revokeTitle: (name: string) => `Remove ${named(name)}?`,
	/** What tells devices of one name apart: when it came, and the first digits of its number. */
	added: (when: string) => `Added ${when}`,
	number: (digits: string) => `number ${digits} …`,
	twins: (name: string) =>
		`Another device is also called “${named(name)}”. Make sure that this is the one:`,
	revokeSelf: 'Remove this device from the home?',
	revokeWhat: [
		'It is cut off within seconds: no pictures, no footage, no commands.',
		'Every camera switches to a new encryption key that it never gets.',
		'What it has already seen or saved as a file stays with it.',
		'To return, it must be paired again.',
	],
	revokeYes: 'Remove',
	/** What its cameras saved at the relay. */
	saved: {
		asking: 'Asking the relay what it saved …',
		unknown:
			'The relay does not answer, so what it may have saved there stays. An owner can delete it later.',
		what: (size: string, since: string, count: number) =>
			`${count === 1 ? 'Its camera' : 'Its cameras'} saved ${size} at the relay, since ${since}.`,
		keep: 'Keep it',
		keepNote: 'It can still be played, under “Earlier cameras”.',
		remove: 'Delete all of it',
		removeNote: 'For good, pinned footage too. This cannot be undone.',
		self: 'It stays, and can be played under “Earlier cameras”. Another owner can delete it.',
		yes: 'Remove and delete',
		deleting: (percent: number) => `Deleting what it saved at the relay: ${String(percent)} %`,
		deletingLabel: 'Deleted',
		deleted: 'All that it saved at the relay is deleted.',
		failed: 'Not all that it saved at the relay is deleted.',
		again: 'Delete the rest',
		title: (name: string) => `Delete all footage of ${named(name)}?`,
		button: 'Delete all footage',
		type: (name: string) => `Type “${named(name)}” to confirm:`,
		close: 'Close',
	},
	proofRelay: (ms: number) => `the relay cut it off after ${seconds(ms)}`,
	proofRelayNot: 'the relay has not been reached yet',
	proofCamera: (name: string, ms: number) => `${named(name)} after ${seconds(ms)}`,
	proofCameraNot: (name: string) => `${named(name)} has not answered yet`,
	proof: (parts: readonly string[]) => `Removed: ${parts.join(', ')}`,
	proofNext: 'A camera that is offline cuts it off before it sends anything again.',
	working: 'Working …',
	done: {
		rename: 'Renamed.',
		change: 'Changed.',
		earlier: 'It has the keys to earlier footage.',
		revoke: '',
	},
	failed,
	// The start page
	kinds: {
		off: 'Camera is off',
		starting: 'Starting …',
		preview: 'Not recording',
		recording: 'Recording',
		blind: 'Not saving',
	},
};

export type DeviceWords = typeof devices;
