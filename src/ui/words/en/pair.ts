import type { PairingBy, PairingEnd } from '#domain/pairing/pairing-end.ts';
import { SYSTEM_NAMES } from '#domain/recording/agent.ts';
import type { Features } from '#domain/recording/features.ts';
import type { Wanted } from '#domain/pairing/pairing.ts';
import type { Advice } from './index.ts';
import { listed, named } from '#ui/words/format/named.ts';

const roles: Readonly<Record<Wanted, string>> = {
	viewer: 'View and control',
	'view-only': 'View',
	'live-only': 'View live only',
	camera: 'A camera',
	owner: 'An owner',
};

const notes: Readonly<Record<Wanted, string>> = {
	viewer: 'Watches, talks, starts a recording. Only an owner stops one.',
	'view-only': 'Watches live and what is saved. Controls no camera.',
	'live-only': 'Watches live, nothing that was saved. Controls no camera.',
	camera: 'Records. It sees no other camera.',
	owner: 'Does everything, lets devices in and takes them out.',
};

const becomes: Readonly<Record<Wanted, string>> = {
	viewer: 'This device will watch and control cameras.',
	'view-only': 'This device will watch, and control no camera.',
	'live-only': 'This device will watch live only.',
	camera: 'This device will be a camera.',
	owner: 'This device will be an owner.',
};

const again = 'Begin again with a new code.';

const ends: Readonly<Record<PairingEnd, Advice>> = {
	refused: { what: 'The device was refused.', next: 'Nothing was changed.' },
	cancelled: { what: 'You stopped it.', next: 'Nothing was changed.' },
	expired: { what: 'The code is ten minutes old and no longer good.', next: again },
	burnt: {
		what: 'The code was used twice, or something did not fit. Nobody was let in.',
		next: 'It may be open in another tab. Close that tab and begin again with a new code, where nobody else can see it.',
	},
	digits: {
		what: 'The digits were not the same. Somebody may stand between the two devices. Nobody was let in.',
		next: 'Begin again with a code that is scanned, not typed.',
	},
	'no-relay': {
		what: 'There is no relay at this address, and this browser cannot connect without one.',
		next: 'Use another browser on this device, or open the app from the address that your relay shows.',
	},
	invitation: {
		what: 'This relay does not know your home yet.',
		next: 'Type the invitation that the relay showed when it was started.',
	},
	unreachable: {
		what: 'The relay cannot be reached.',
		next: 'Both devices must be in the same network as the relay, or be able to reach it. Open the link itself on the new device, then try again.',
	},
	'unknown-code': {
		what: 'This is no code, or it is no longer good.',
		next: 'Codes are good for ten minutes and for one device. Ask for a new one.',
	},
	'too-many': {
		what: 'There were too many wrong codes.',
		next: 'Wait ten minutes, or scan the code instead of typing it.',
	},
	'other-side-gone': { what: 'The other device has stopped.', next: again },
	version: {
		what: 'App and relay are of different versions.',
		next: 'Please update: reload this page, and start the relay again from its newest version.',
	},
	'own-code': {
		what: 'This code was shown by this very browser.',
		next: 'Open it on the other device.',
	},
	'not-owner': {
		what: 'Only an owner lets devices in, and this device is none.',
		next: 'Show the code on a device that is an owner.',
	},
	'no-way': {
		what: 'The two devices do not reach each other.',
		next: 'Put both into the same Wi-Fi and begin again. A guest network often keeps devices apart. It helps when one of the two scans with its camera instead of copying.',
	},
	'no-network': {
		what: 'This device is in no network.',
		next: 'Connect it to the same Wi-Fi as the other device, then begin again.',
	},
	'stale-answer': {
		what: 'This code answers one that is not shown here any more.',
		next: 'Show a new code on this device, scan it with the other one, and scan the answer then.',
	},
	'never-came': {
		what: 'The device did not come within ten minutes, so it is not in your home.',
		next: 'If it is yours, let it in again with a new code.',
	},
	failed: { what: 'That did not work.', next: again },
};

/** How a device comes into a home. */
export const pair = {
	title: 'Connect a device',
	lead: 'Two devices get to know each other once, by a code. After that they find each other by themselves.',
	show: {
		title: 'Let another device in',
		wanted: 'What it will be',
		roles,
		notes,
		button: 'Show a code',
		/** This device may not. */
		notOwner: 'Only an owner lets devices in, and this device is none.',
		askOwner: (owners: readonly string[]) =>
			`Open this page on a device that is an owner${owners.length === 0 ? '' : `: ${listed(owners)}`}. It shows the code that the new device scans.`,
		own: 'Let an owner scan this device',
		ownNote: 'For a new device whose camera cannot scan.',
	},
	join: {
		title: 'This device is the new one',
		name: 'Name of this device',
		namePlaceholder: 'Kitchen phone, laptop …',
		/** PR31: proposed, to be told apart from the other devices of a home. */
		called: ({ agent, mobile }: Pick<Features, 'agent' | 'mobile'>): string => {
			const { browser, system, device } = agent;
			if (device !== null) return device;
			if (browser === null || system === null) return mobile ? 'Phone' : 'Computer';
			return `${browser} on ${SYSTEM_NAMES[system]}`;
		},
		code: 'Pairing code',
		codeNote: 'Eight letters or the whole link, from the device that lets this one in.',
		given: 'You opened a pairing link. Choose a name, then join.',
		keeps: 'What this device recorded stays on it.',
		button: 'Join',
		scan: 'Scan a code',
		stopScan: 'Stop scanning',
		scanning: 'Point the camera at the code.',
	},
	preparing: 'Preparing a code …',
	showing: {
		title: 'Scan this with the other device',
		qr: 'Pairing code',
		link: 'Or open this link there:',
		here: 'In another browser of this computer, or in a private window, open this one:',
		copyHere: 'Copy link for this computer',
		trust: {
			title: 'Does the other device warn about the connection?',
			first: 'It does not trust this Spy-cam yet. Scan this one first; it leads through it, once.',
			qr: 'Address of the page about trust',
			then: 'Then scan the code above.',
		},
		until: (left: string) => `Good for ${left}, for one device.`,
		secret: 'Show it to nobody else.',
		copy: 'Copy link',
		copied: {
			done: 'Copied.',
			failed: 'That did not work. Select the text above and copy it by hand.',
		},
		share: 'Share',
		toLetters: 'Cannot scan? Type letters instead',
		toLettersNote:
			'This code is no longer good then, and you will type six digits from the other screen.',
		letters: {
			title: 'Type these letters on the other device',
			until: (left: string) => `Good for ${left}, for one device. Show them to nobody else.`,
			note: 'The relay knows these letters, too. So you will type six digits here that the other device shows.',
			toCode: 'Show a code to scan instead',
		},
	},
	near: {
		lead: 'There is no relay here, so the two devices exchange two codes. Both must be in the same network, and both pages stay open.',
		show: '1 of 3: Scan this with the other device',
		scan: '2 of 3: Scan what the other device shows then',
		answer: '2 of 3: Scan this with the first device',
		last: '3 of 3: They connect by themselves. A new device is allowed on the screen of an owner.',
		waits: 'Waiting for the first device …',
		copyAnswer: 'Or copy this text and paste it on the first device:',
		copy: 'Copy',
		wrong: {
			what: 'This is not the answer to this code.',
			next: 'Scan the code above with the other device, and then the one that it shows.',
		},
		apart: 'Your devices are not connected',
		apartNote:
			'Without a relay they find each other by two codes, each time their pages were closed. Press “Connect again” on one of them, and “Scan a code” below on the other. No new device comes in by that.',
		again: 'Connect again',
		linking: 'Connecting …',
		linked: 'The devices are connected.',
		linkedNote: 'Leave this page open on both. When one is closed or loaded anew, connect again.',
		stranger: {
			what: 'The other device does not belong to the same home.',
			next: 'An owner can let this device in: choose “Show a code” there.',
		},
		cut: {
			what: 'The connection between the devices has ended.',
			next: 'Connect again with two new codes.',
		},
	},
	exchanging: 'The devices are getting to know each other …',
	comparing: {
		owner: (name: string) => `Let “${named(name)}” in?`,
		taken: (name: string, free: string) =>
			`A device of this home is called “${named(name)}” already. This one will be called “${named(free)}”.`,
		fresh: 'Compare the digits',
		by: {
			code: 'The two devices met by a code that was scanned or opened as a link.',
			letters: 'The two devices met by typed letters.',
		} satisfies Readonly<Record<PairingBy, string>>,
		letters: {
			label: 'The six digits on the other device',
			why: 'Read them from its screen. You can allow it when they are right.',
			fits: 'The digits are right.',
			wrong: (left: number) =>
				left === 1
					? 'These are not the digits of the other device. One more try.'
					: `These are not the digits of the other device. ${left} more tries.`,
			fresh: 'Type these digits on the other device',
			until: 'The other screen says whether they are right.',
			only: 'Go on only if they are.',
			right: 'It says they are right',
			differ: 'It says they are wrong',
			waitsOwner: 'Now allow it on the other device.',
		},
		spoken: (digits: string) => digits.split('').join(' '),
		compare: 'Does the other screen show the same six digits?',
		only: 'Allow only if both are the same.',
		allow: 'Allow',
		refuse: 'Refuse',
		waits: 'Waiting for the other device …',
		waitsOwner: 'Now allow it on the other device. Its screen shows the same digits.',
		becomes: (wanted: Wanted) => becomes[wanted],
	},
	returning: {
		title: 'On the way into the home',
		note: 'The connection was lost before this device was in. As soon as it is allowed on the other device, it comes in by itself. Leave this page open.',
		apart:
			'The connection was lost before this device was in. Without a relay the two connect by two codes: press “Connect again” on the other device, and scan its code here.',
		connect: 'Connect',
		stop: 'Do not join',
	},
	done: {
		owner: (name: string) => `“${named(name)}” is in your home now.`,
		fresh: 'This device is in the home now.',
		renamed: (wished: string, name: string) =>
			`It is called “${named(name)}” there: “${named(wished)}” was taken.`,
		second: (name: string) => `Make “${named(name)}” an owner, too?`,
		secondNote:
			'If this device is lost, an owner can still let devices in and take them out. A home should have two.',
		yes: 'Yes, an owner, too',
		no: 'No, only a viewer',
		promoted: (name: string) => `“${named(name)}” is an owner now.`,
		notPromoted: 'That did not work. You can do it later under Settings.',
		watch: 'Watch my cameras',
		camera: 'Use this device as a camera',
		more: 'Connect another device',
	},
	ended: { again: 'Begin again', ends },
	invitation: {
		title: 'Open your home at this relay',
		welcome: 'Welcome. This is your Spy-cam.',
		/** The invitation came with the link: nothing is to be typed. */
		come: 'Open your home here first. It belongs to this device, which lets others in.',
		label: 'Invitation',
		button: 'Open my home here',
		wrong:
			'This invitation was used already, is more than 24 hours old, or is from before the last start.',
		wrongNext:
			'Is your home open on another device? There choose Settings, then “Connect a device”, show a code and scan it here. Else take the newest invitation that the relay shows.',
		opened: 'Your home is open at this relay.',
		next: 'Next: make this device a camera, or let another one in below.',
	},
	cancel: 'Cancel',
};
