import type { PairingMethod, PairingEndReason } from '#domain/pairing/end-reason.ts';
import { SYSTEM_NAMES } from '#domain/recording/user-agent.ts';
import type { BrowserFeatures } from '#domain/recording/browser-features.ts';
import type { RequestedAccess } from '#domain/pairing/handshake-messages.ts';
import type { Advice } from './index.ts';
import { listed, named } from '#ui/words/format/named.ts';

const roles: Readonly<Record<RequestedAccess, string>> = {
	viewer: 'View and control',
	'view-only': 'View',
	'live-only': 'View live only',
	camera: 'A camera',
	owner: 'An owner',
};

const notes: Readonly<Record<RequestedAccess, string>> = {
	viewer: 'Can watch, talk and start recording. Only an owner can stop it.',
	'view-only': 'Can watch live and saved footage. Cannot control cameras.',
	'live-only': 'Can watch live, but no saved footage. Cannot control cameras.',
	camera: 'Records. Cannot watch other cameras.',
	owner: 'Can do everything, including adding and removing devices.',
};

const again = 'Start over with a new code.';

const ends: Readonly<Record<PairingEndReason, Advice>> = {
	refused: { what: 'The device was refused.', next: 'Nothing was changed.' },
	cancelled: { what: 'You cancelled pairing.', next: 'Nothing was changed.' },
	expired: { what: 'The code expired after ten minutes.', next: again },
	burnt: {
		what: 'The code was used twice, or something did not match. No device was added.',
		next: 'It may be open in another tab. Close that tab and start over with a new code that nobody else can see.',
	},
	digits: {
		what: 'The digits did not match. Someone may be intercepting the connection. No device was added.',
		next: 'Start over with a code that is scanned, not typed.',
	},
	'no-relay': {
		what: 'There is no relay at this address, and this browser cannot connect without one.',
		next: 'Use another browser on this device, or open the app from the address that your relay shows.',
	},
	invitation: {
		what: 'This relay does not know your home yet.',
		next: 'Enter the invitation that the relay showed when it started.',
	},
	unreachable: {
		what: 'The relay cannot be reached.',
		next: 'Both devices must be on the relay’s network or able to reach it. Open the link itself on the new device, then try again.',
	},
	'unknown-code': {
		what: 'That code is wrong or has expired.',
		next: 'Codes are valid for ten minutes and one device. Ask for a new one.',
	},
	'too-many': {
		what: 'Too many wrong codes.',
		next: 'Wait ten minutes, or scan the code instead of typing it.',
	},
	'other-side-gone': { what: 'The other device stopped pairing.', next: again },
	version: {
		what: 'The app and the relay have different versions.',
		next: 'Reload this page and restart the relay with its newest version.',
	},
	'own-code': {
		what: 'This code is from this browser.',
		next: 'Open it on the other device.',
	},
	'not-owner': {
		what: 'Only an owner can add devices, and this device is not one.',
		next: 'Show the code on a device that is an owner.',
	},
	'no-way': {
		what: 'The two devices cannot reach each other.',
		next: 'Connect both to the same Wi-Fi and start over. Guest networks often keep devices apart. It helps if one of the two scans with its camera instead of copying.',
	},
	'no-network': {
		what: 'This device is not on a network.',
		next: 'Connect it to the same Wi-Fi as the other device, then start over.',
	},
	'stale-answer': {
		what: 'This code answers one that is no longer shown here.',
		next: 'Show a new code on this device, scan it with the other one, then scan the answer.',
	},
	'never-came': {
		what: 'The device did not connect within ten minutes, so it is not in your home.',
		next: 'If it is yours, add it again with a new code.',
	},
	failed: { what: 'That did not work.', next: again },
};

/** How a device comes into a home. */
export const pair = {
	title: 'Pair a device',
	lead: 'Pair two devices once with a code. After that they find each other by themselves.',
	show: {
		title: 'Add another device',
		wanted: 'What is it for?',
		roles,
		notes,
		button: 'Show a code',
		/** This device may not. */
		notOwner: 'Only an owner can add devices, and this device is not one.',
		askOwner: (owners: readonly string[]) =>
			`Open this page on a device that is an owner${owners.length === 0 ? '' : `: ${listed(owners)}`}. It shows the code that the new device scans.`,
		own: 'Let an owner scan this device',
		ownNote: 'For a new device whose camera cannot scan.',
	},
	join: {
		title: 'Join a home',
		name: 'Name of this device',
		namePlaceholder: 'Kitchen phone, laptop …',
		/** PR31: proposed, to be told apart from the other devices of a home. */
		called: ({ agent, mobile }: Pick<BrowserFeatures, 'agent' | 'mobile'>): string => {
			const { browser, system, device } = agent;
			if (device !== null) return device;
			if (browser === null || system === null) return mobile ? 'Phone' : 'Computer';
			return `${browser} on ${SYSTEM_NAMES[system]}`;
		},
		code: 'Pairing code',
		codeNote: 'Eight letters or the whole link, from the device that adds this one.',
		given: 'You opened a pairing link. Choose a name, then join.',
		keeps: 'What this device recorded stays on this device.',
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
		here: 'In another browser on this computer or a private window, open this one:',
		copyHere: 'Copy link for this computer',
		trust: {
			title: 'Does the other device warn about the connection?',
			first: 'It does not trust this Spy-cam yet. Scan this first and follow the steps once.',
			qr: 'Address of the trust page',
			then: 'Then scan the code above.',
		},
		until: (left: string) => `Valid for ${left}, for one device.`,
		secret: 'Do not show it to anyone else.',
		copy: 'Copy link',
		copied: {
			done: 'Copied.',
			failed: 'Copying failed. Select the text above and copy it yourself.',
		},
		share: 'Share',
		toLetters: 'Cannot scan? Type letters instead',
		toLettersNote: 'This code then stops working, and you type six digits from the other screen.',
		letters: {
			title: 'Type these letters on the other device',
			until: (left: string) =>
				`Valid for ${left}, for one device. Do not show them to anyone else.`,
			note: 'The relay knows these letters too, so you will also type six digits that the other device shows.',
			toCode: 'Show a code to scan instead',
		},
	},
	near: {
		lead: 'There is no relay here, so the two devices exchange two codes. Both must be on the same network. Keep both pages open.',
		show: '1 of 3: Scan this with the other device',
		scan: '2 of 3: Then scan the code on the other device',
		answer: '2 of 3: Scan this with the first device',
		last: '3 of 3: They connect by themselves. An owner allows a new device on their screen.',
		waits: 'Waiting for the first device …',
		copyAnswer: 'Or copy this text and paste it on the first device:',
		copy: 'Copy',
		wrong: {
			what: 'This is not the answer to this code.',
			next: 'Scan the code above with the other device, then the one that it shows.',
		},
		apart: 'Your devices are not connected',
		apartNote:
			'Without a relay, they connect with two codes each time their pages were closed. Press “Reconnect” on one of them and “Scan a code” below on the other. This adds no new device.',
		again: 'Reconnect',
		linking: 'Connecting …',
		linked: 'The devices are connected.',
		linkedNote: 'Keep this page open on both. If one is closed or reloaded, reconnect.',
		stranger: {
			what: 'The other device is not in the same home.',
			next: 'An owner can add this device: choose “Show a code” there.',
		},
		cut: {
			what: 'The connection between the devices has ended.',
			next: 'Reconnect with two new codes.',
		},
	},
	exchanging: 'The devices are pairing …',
	comparing: {
		owner: (name: string) => `Add “${named(name)}”?`,
		taken: (name: string, free: string) =>
			`A device in this home is already called “${named(name)}”. This one will be called “${named(free)}”.`,
		fresh: 'Compare the digits',
		by: {
			code: 'The code was scanned or opened as a link.',
			letters: 'The code was typed as letters.',
		} satisfies Readonly<Record<PairingMethod, string>>,
		letters: {
			label: 'The six digits on the other device',
			why: 'Read them from its screen. You can allow it once they are right.',
			fits: 'The digits are right.',
			wrong: (left: number) =>
				left === 1
					? 'Those are not the digits on the other device. One try left.'
					: `Those are not the digits on the other device. ${left} tries left.`,
			fresh: 'Type these digits on the other device',
			until: 'The other screen says whether they are right.',
			only: 'Continue only if they are.',
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
	},
	returning: {
		title: 'Joining the home',
		note: 'The connection was lost before this device joined. Once it is allowed on the other device, it joins by itself. Keep this page open.',
		apart:
			'The connection was lost before this device joined. Without a relay, the two connect with two codes: press “Reconnect” on the other device and scan its code here.',
		connect: 'Connect',
		stop: 'Do not join',
	},
	done: {
		owner: (name: string) => `“${named(name)}” is now in your home.`,
		fresh: 'This device is now in the home.',
		renamed: (wished: string, name: string) =>
			`It is called “${named(name)}” there because “${named(wished)}” was taken.`,
		second: (name: string) => `Make “${named(name)}” an owner too?`,
		secondNote:
			'If this device is lost, the other owner can still add and remove devices. A home should have two.',
		yes: 'Yes, an owner too',
		no: 'No, only a viewer',
		promoted: (name: string) => `“${named(name)}” is now an owner.`,
		notPromoted: 'That did not work. You can do it later under Settings.',
		watch: 'Watch my cameras',
		camera: 'Use this device as a camera',
		more: 'Pair another device',
	},
	ended: { again: 'Start over', ends },
	invitation: {
		title: 'Set up your home here',
		welcome: 'Welcome. This is your Spy-cam.',
		/** The invitation came with the link: nothing is to be typed. */
		come: 'Your home starts with this device, which can add others. What comes first?',
		label: 'Invitation',
		add: 'Add another device',
		button: 'Set up my home',
		wrong:
			'This invitation was already used, is more than 24 hours old, or is from before the relay last started.',
		wrongNext:
			'If your home is set up on another device, choose Settings and “Pair a device” there, show a code and scan it here. Otherwise use the newest invitation that the relay shows.',
		opened: 'Your home is set up at this relay.',
		next: 'Next: use this device as a camera, or add another one below.',
	},
	cancel: 'Cancel',
};
