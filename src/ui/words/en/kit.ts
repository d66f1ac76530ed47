import type { FaultKind } from '#domain/base/fault.ts';
import type { NoKit } from '#domain/pairing/kit.ts';
import type { RecoveryEnd } from '#domain/pairing/recovery-end.ts';
import type { Trial } from '#state/home/kit.svelte.ts';
import type { Advice } from './index.ts';
import { named } from '#ui/words/format/named.ts';

const unchanged = 'Nothing was changed. Try again.';
const failed: Readonly<Partial<Record<FaultKind, string>>> = {
	offline: 'The relay cannot be reached. Try again when it can.',
	timeout: 'The relay did not answer. Try again.',
	denied: 'Only an owner may do this.',
	conflict: 'Something else was changed meanwhile. Try again.',
	corrupt:
		'The kit is one of this home, but does not open all its keys. Make a new one on an owner device.',
};

const noKit: Readonly<Record<NoKit, string>> = {
	length: 'A recovery kit has 26 characters. Something is missing, or too much.',
	character: 'There is a character that no kit has. Letters and digits only, never U.',
	slip: 'One character is wrong, or two have changed places.',
};

const paper = 'Compare with the paper, then try again.';

const trials: Readonly<Record<Trial, string>> = {
	length: `${noKit.length} ${paper}`,
	character: `${noKit.character} ${paper}`,
	slip: `${noKit.slip} ${paper}`,
	works: 'This kit works: it opens this home. Nothing was changed.',
	old: 'This is an older kit of this home. It is worth nothing any more: destroy it.',
	other: 'This is no kit of this home, or the passphrase is not right.',
};

const ends: Readonly<Record<RecoveryEnd, Advice>> = {
	length: { what: noKit.length, next: paper },
	character: { what: noKit.character, next: paper },
	slip: { what: noKit.slip, next: paper },
	'unknown-kit': {
		what: 'This relay knows no home of this kit.',
		next: 'Compare the characters with the paper, and type the passphrase if the sheet names one. Is your home at another relay? Its address is printed on the kit: type it below.',
	},
	'taken-out': {
		what: 'This kit is worth nothing any more: an owner refused it, or made a newer one.',
		next: 'Look for a newer kit. If an owner device still works, pair this device from there.',
	},
	owner: {
		what: 'This device is an owner of this home already.',
		next: 'Take the lost device out in the settings.',
	},
	clock: {
		what: 'The clock of this device and that of the relay differ by more than ten minutes.',
		next: 'Set the time on both, then try again.',
	},
	'no-relay': {
		what: 'There is no relay at this address, only the app.',
		next: 'Type the address that is printed on the kit, or the new one if it has changed.',
	},
	unreachable: {
		what: 'The relay cannot be reached.',
		next: 'This device must be in the same network as the relay, or be able to reach it. Has its address changed? Type the new one below, then try again.',
	},
	version: {
		what: 'App and relay are of different versions.',
		next: 'Please update: reload this page, and start the relay again from its newest version.',
	},
	'too-many': { what: 'There were too many tries.', next: 'Wait a few minutes.' },
	failed: { what: 'It did not work.', next: 'Try again.' },
};

/** The recovery kit: in the settings, on paper, and for who comes back with it. */
export const kit = {
	title: 'Recovery kit',
	lead: 'A sheet of paper for the day when all owner devices are lost. With it a new device becomes an owner of this home.',
	none: 'There is none. If this device is lost, nobody can let devices in, take them out, or read what only this device can read.',
	made: (when: string) => `Made on ${when}.`,
	tried: (when: string) => `Last tried on this device on ${when}.`,
	untried: 'Not tried on this device yet.',
	notOwner: 'Only an owner makes one.',
	noRelay: 'A kit needs a relay: that is where a new device finds your home.',
	make: 'Make a recovery kit',
	makeNew: 'Make a new one',
	makeNewNote: 'The one from before is then worth nothing.',
	test: 'Try the kit',
	testNote: 'Type what stands on the paper. Nothing is changed by it.',
	characters: 'The 26 characters',
	check: 'Try',
	trials,
	failed: (kind: FaultKind) => failed[kind] ?? unchanged,
	cancel: 'Cancel',
	passphrase: {
		lead: 'A passphrase protects you if somebody finds the sheet: without it the sheet opens nothing.',
		label: 'Passphrase (recommended)',
		again: 'Passphrase again',
		note: 'At least 8 characters, better four words. It is not on the sheet and nobody can reset it: keep it somewhere else. Leave both fields empty for a kit without one.',
		differs: 'The two passphrases are not the same.',
		short: 'A passphrase has at least 8 characters.',
		next: 'Show the kit',
	},
	sheet: {
		title: 'Your recovery kit',
		lead: 'Print it, or write the characters down. They are shown only now.',
		qr: 'Recovery kit as a QR code',
		relay: 'Your home meets at',
		steps: [
			'Open this address on a new device and choose “Come back with a recovery kit”, or scan the code.',
			'Wait 24 hours. Devices that are left can refuse it in that time.',
			'Come back with the kit: the new device is an owner. Take the lost one out.',
		],
		guarded: 'This kit needs its passphrase, too. It is not on this sheet.',
		stepsTitle: 'When all owner devices are lost',
		canTitle: 'What to know',
		can: [
			'Whoever holds this sheet (and its passphrase, if it has one) can become an owner after a day, and can read the names of your devices before. Keep it where you keep a passport, not near a camera.',
			'It opens what cameras that still work have recorded. What was only on a lost device is gone.',
			'Is the sheet lost as well, nobody can come back. Nobody else has a copy.',
		],
		print: 'Print',
		kept: 'I have kept it safe',
		app: 'Spy-cam',
		madeOn: (when: string) => `Made on ${when}`,
	},
	proof: {
		title: 'Do you have it?',
		lead: 'Type two groups from your paper. Then the kit is good.',
		group: (n: number) => `Group ${n} of 5`,
		wrong: 'That is not what stands on the sheet. Look again.',
		finish: 'Done',
		back: 'Show it again',
		under: 'Makes the kit good …',
	},
	done: 'The kit is good. Keep the sheet safe, and try it once a year.',
	nudge: {
		what: 'There is no recovery kit yet.',
		next: 'If this device is lost, nobody can take it out of your home any more.',
	},
	alarm: {
		what: (name: string) =>
			`Somebody uses the recovery kit of this home: “${named(name)}” wants to be an owner.`,
		unnamed: 'a device without a name',
		next: (when: string) =>
			`If it is you, there is nothing to do: it is an owner from ${when} on. If it is not you, refuse. Then the kit is worth nothing, and you make a new one.`,
		viewer: (when: string) =>
			`It is an owner from ${when} on. If nobody of you did this, tell an owner of this home: only an owner can refuse.`,
		refuse: 'It is not me: refuse',
		refused: 'Refused. Nobody has become an owner.',
	},
	back: {
		title: 'Come back with a recovery kit',
		lead: 'All owner devices are lost? With the kit this device becomes an owner of your home, after 24 hours.',
		given: { link: 'You opened the link of a recovery kit.', scan: 'You scanned a recovery kit.' },
		kit: 'The 26 characters of the kit',
		kitNote: 'Upper or lower case, with or without spaces.',
		passphrase: 'Passphrase of the kit',
		passphraseMaybe: 'Passphrase, if the sheet names one',
		passphraseNote: 'It is not on the sheet. It takes a moment to check.',
		name: 'Name of this device',
		relay: 'Address of the relay',
		relayNote: 'Leave it empty if you opened this page from your relay.',
		relayOfKit: 'Leave it empty for the address that the kit names. Type it if it has changed.',
		button: 'Come back',
		scan: 'Scan the kit',
		scanning: 'Point the camera at the code on the kit.',
		stopScan: 'Stop scanning',
		busy: 'Talks to the relay …',
		waitingTitle: 'Now wait a day',
		fresh: (when: string) =>
			`The kit is right. From ${when} on, come back to this page with the kit: then this device is an owner.`,
		still: (when: string) => `It is too early. Come back with the kit from ${when} on.`,
		why: 'The day protects you from whoever finds your kit: your other devices say so at once, and an owner can refuse.',
		keep: 'Keep the kit until then. Do not clear this browser’s data: the wait is for this very device.',
		again: 'The wait began earlier',
		ready: 'The day is over: type or scan the kit once more.',
		doneTitle: 'You are back',
		done: 'This device is an owner of your home.',
		doneNext:
			'Take the lost device out, so that whoever finds it sees nothing more. The kit stays good.',
		devices: 'To my devices',
		watch: 'Watch my cameras',
		faults: ends,
		tryAgain: 'Try again',
		link: 'All devices lost? Come back with a recovery kit',
	},
};
export type KitWords = typeof kit;
