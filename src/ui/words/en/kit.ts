import type { FaultKind } from '#domain/base/fault.ts';
import type { KitTextError } from '#domain/pairing/kit.ts';
import type { RecoveryEndReason } from '#domain/pairing/recovery-end-reason.ts';
import type { KitTestResult } from '#state/home/recovery-kit.svelte.ts';
import type { Advice } from './index.ts';
import { named } from '#ui/words/format/named.ts';

const unchanged = 'Nothing was changed. Try again.';
const failed: Readonly<Partial<Record<FaultKind, string>>> = {
	offline: 'The relay cannot be reached. Try again later.',
	timeout: 'The relay did not answer. Try again.',
	denied: 'Only an owner can do this.',
	conflict: 'Something else changed in the meantime. Try again.',
	corrupt:
		'The kit belongs to this home but does not open all its keys. Make a new one on an owner’s device.',
};

const noKit: Readonly<Record<KitTextError, string>> = {
	length: 'A recovery kit has 26 characters. Some are missing, or there are too many.',
	character: 'One character cannot be in a kit. Kits have letters and digits only, never U.',
	slip: 'One character is wrong, or two are swapped.',
};

const paper = 'Compare with the paper, then try again.';

const trials: Readonly<Record<KitTestResult, string>> = {
	length: `${noKit.length} ${paper}`,
	character: `${noKit.character} ${paper}`,
	slip: `${noKit.slip} ${paper}`,
	works: 'This kit works: it opens this home. Nothing was changed.',
	old: 'This is an older kit of this home. It no longer works: destroy it.',
	other: 'This kit is not from this home, or the passphrase is wrong.',
};

const ends: Readonly<Record<RecoveryEndReason, Advice>> = {
	length: { what: noKit.length, next: paper },
	character: { what: noKit.character, next: paper },
	slip: { what: noKit.slip, next: paper },
	'unknown-kit': {
		what: 'This relay knows no home for this kit.',
		next: 'Compare the characters with the paper, and enter the passphrase if the sheet mentions one. If your home is at another relay, enter its address below: it is printed on the kit.',
	},
	'taken-out': {
		what: 'This kit no longer works: an owner refused it or made a newer one.',
		next: 'Look for a newer kit. If an owner’s device still works, pair this device from there.',
	},
	owner: {
		what: 'This device is already an owner of this home.',
		next: 'Remove the lost device in the settings.',
	},
	clock: {
		what: 'The clocks of this device and the relay differ by more than ten minutes.',
		next: 'Set the time on both, then try again.',
	},
	'no-relay': {
		what: 'There is no relay at this address, only the app.',
		next: 'Enter the address printed on the kit, or the new one if it has changed.',
	},
	unreachable: {
		what: 'The relay cannot be reached.',
		next: 'This device must be on the relay’s network or able to reach it. If the relay’s address has changed, enter the new one below, then try again.',
	},
	version: {
		what: 'The app and the relay have different versions.',
		next: 'Reload this page and restart the relay with its newest version.',
	},
	'too-many': { what: 'Too many tries.', next: 'Wait a few minutes.' },
	failed: { what: 'That did not work.', next: 'Try again.' },
};

/** The recovery kit: in the settings, on paper, and for whoever uses it. */
export const kit = {
	title: 'Recovery kit',
	lead: 'A sheet of paper in case all owners’ devices are lost. With it, a new device can become an owner of this home.',
	none: 'There is none. If this device is lost, nobody can add or remove devices, or read what only this device can read.',
	made: (when: string) => `Made on ${when}.`,
	tried: (when: string) => `Last tested on this device on ${when}.`,
	untried: 'Not tested on this device yet.',
	notOwner: 'Only an owner can make one.',
	noRelay: 'A kit needs a relay: that is where a new device finds your home.',
	make: 'Make a recovery kit',
	makeNew: 'Make a new one',
	makeNewNote: 'The previous kit then stops working.',
	test: 'Test kit',
	testNote: 'Type what is on the paper. This changes nothing.',
	characters: 'The 26 characters',
	check: 'Test',
	trials,
	failed: (kind: FaultKind) => failed[kind] ?? unchanged,
	cancel: 'Cancel',
	passphrase: {
		lead: 'A passphrase protects you if someone finds the sheet: without it, the sheet opens nothing.',
		label: 'Passphrase (recommended)',
		again: 'Passphrase again',
		note: 'At least 8 characters; four words are better. It is not on the sheet and nobody can reset it, so keep it somewhere else. Leave both fields empty for a kit without one.',
		differs: 'The two passphrases do not match.',
		short: 'Use at least 8 characters.',
		next: 'Show the kit',
	},
	sheet: {
		title: 'Your recovery kit',
		lead: 'Print it, or write the characters down. They are shown only now.',
		qr: 'Recovery kit as a QR code',
		relay: 'Relay of your home',
		steps: [
			'Open this address on a new device and choose “Use a recovery kit”, or scan the code.',
			'Wait 24 hours. During that time, any owner who is left can refuse it.',
			'Use the kit again: the new device is now an owner. Remove the lost one.',
		],
		guarded: 'This kit also needs its passphrase. It is not on this sheet.',
		stepsTitle: 'If all owners’ devices are lost',
		canTitle: 'Good to know',
		can: [
			'Anyone who has this sheet (and its passphrase, if it has one) can read the names of your devices and become an owner after a day. Keep it where you keep your passport, not near a camera.',
			'It opens the footage of cameras that still work. Footage that was only on a lost device is gone.',
			'If you lose the sheet too, nobody can get back in. Nobody else has a copy.',
		],
		print: 'Print',
		kept: 'I stored it safely',
		app: 'Spy-cam',
		madeOn: (when: string) => `Made on ${when}`,
	},
	proof: {
		title: 'Do you have it?',
		lead: 'Type two groups from your paper to activate the kit.',
		group: (n: number) => `Group ${n} of 5`,
		wrong: 'That does not match the sheet. Check it again.',
		finish: 'Done',
		back: 'Show it again',
		under: 'Activating the kit …',
	},
	done: 'The kit is active. Keep the sheet safe and test it once a year.',
	nudge: {
		what: 'There is no recovery kit yet.',
		next: 'If this device is lost, nobody can remove it from your home.',
	},
	alarm: {
		what: (name: string) =>
			`Someone is using this home’s recovery kit: “${named(name)}” wants to become an owner.`,
		unnamed: 'a device without a name',
		next: (when: string) =>
			`If it is you, do nothing: it can become an owner from ${when}. If it is not you, refuse. The kit then stops working, and you make a new one.`,
		viewer: (when: string) =>
			`It can become an owner from ${when}. If none of you did this, tell an owner of this home: only an owner can refuse.`,
		refuse: 'Not me: refuse',
		refused: 'Refused. Nobody became an owner.',
	},
	back: {
		title: 'Use a recovery kit',
		lead: 'If all owners’ devices are lost, the kit makes this device an owner of your home after 24 hours.',
		given: { link: 'You opened the link of a recovery kit.', scan: 'You scanned a recovery kit.' },
		kit: 'The 26 characters of the kit',
		kitNote: 'Upper or lower case, with or without spaces.',
		passphrase: 'Passphrase of the kit',
		passphraseMaybe: 'Passphrase, if the sheet mentions one',
		passphraseNote: 'It is not on the sheet. Checking it takes a moment.',
		name: 'Name of this device',
		relay: 'Relay address',
		relayNote: 'Leave it empty if you opened this page from your relay.',
		relayOfKit:
			'Leave it empty to use the address on the kit. Enter the new one if it has changed.',
		button: 'Use kit',
		scan: 'Scan the kit',
		scanning: 'Point the camera at the code on the kit.',
		stopScan: 'Stop scanning',
		busy: 'Contacting the relay …',
		waitingTitle: 'Now wait a day',
		fresh: (when: string) =>
			`The kit is valid. Return to this page with the kit from ${when}: this device then becomes an owner.`,
		still: (when: string) => `It is too early. Use the kit again from ${when}.`,
		why: 'The wait protects you if someone finds your kit: your other devices warn you at once, and an owner can refuse.',
		keep: 'Keep the kit until then. Do not clear this browser’s data: the wait applies to this device only.',
		again: 'The wait has already begun',
		ready: 'The wait is over: type or scan the kit once more.',
		doneTitle: 'You are back',
		done: 'This device is an owner of your home.',
		doneNext:
			'Remove the lost device so that whoever finds it sees nothing more. The kit stays valid.',
		devices: 'My devices',
		watch: 'Watch my cameras',
		faults: ends,
		tryAgain: 'Try again',
		link: 'All devices lost? Use a recovery kit',
	},
};
export type KitWords = typeof kit;
