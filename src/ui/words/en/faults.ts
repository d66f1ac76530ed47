import type { Fault, FaultKind, FaultSource } from '#domain/base/fault.ts';
import type { Advice } from './index.ts';

const nouns: Readonly<Record<FaultSource, string>> = {
	camera: 'the camera',
	recorder: 'the recorder',
	player: 'the player',
	footage: 'the database of the footage',
	keys: 'the key store',
	settings: 'the database of the settings',
	connection: 'the connection',
	app: 'Spy-cam',
};

const again = 'Try again.';
const reload = 'Try again. If it stays like this, reload this page.';

const general: Readonly<Record<FaultKind, (noun: string, subject: string) => Advice>> = {
	unavailable: (_, subject) => ({ what: `${subject} is not available.`, next: reload }),
	offline: (_, subject) => ({
		what: `${subject} cannot be reached.`,
		next: 'Recording does not need it. Try again later.',
	}),
	denied: (noun) => ({
		what: `The browser does not let this page use ${noun}.`,
		next: 'Look at the settings of this page in the browser, then try again.',
	}),
	quota: (noun) => ({
		what: `The browser has no room left for what ${noun} needs.`,
		next: 'Free some space on this device, or give footage a smaller budget under Storage.',
	}),
	'not-found': (noun) => ({ what: `Something that ${noun} needs is not there.`, next: reload }),
	conflict: (_, subject) => ({ what: `${subject} is busy with something else.`, next: again }),
	malformed: (_, subject) => ({ what: `${subject} got something unreadable.`, next: again }),
	corrupt: (noun) => ({ what: `Something that ${noun} needs is damaged.`, next: reload }),
	unsupported: (noun) => ({
		what: `This browser lacks something that ${noun} needs.`,
		next: 'Use a recent Chrome, Edge, Safari or Firefox, not in a private window.',
	}),
	aborted: (_, subject) => ({ what: `${subject} was interrupted.`, next: again }),
	timeout: (_, subject) => ({ what: `${subject} did not answer in time.`, next: reload }),
	unconfirmed: (_, subject) => ({
		what: `${subject} did not say whether it was done.`,
		next: 'Look before you try again.',
	}),
	system: (noun) => ({
		what: `The system of this device does not let the browser use ${noun}.`,
		next: 'Look at the privacy settings of the system, then come back to this page.',
	}),
	unreadable: (_, subject) => ({ what: `${subject} did not start.`, next: reload }),
	newer: (_, subject) => ({
		what: `${subject} was changed by a newer version of Spy-cam.`,
		next: 'Load the newer version. What was saved is safe.',
	}),
	blocked: (noun) => ({
		what: `Another tab keeps ${noun} closed.`,
		next: 'Close the other tabs of Spy-cam. It goes on by itself then.',
	}),
	cleared: (noun) => ({
		what: `What ${noun} held was deleted in this browser.`,
		next: 'It begins anew by itself.',
	}),
	internal: (noun) => ({
		what: `Something went wrong in ${noun} that should not.`,
		next: 'Try again. Nothing that was saved is lost.',
	}),
};

/** What is more than a noun and its verb. */
const own: Readonly<Partial<Record<FaultSource, Readonly<Partial<Record<FaultKind, Advice>>>>>> = {
	camera: {
		denied: {
			what: 'The browser does not let this page use the camera.',
			next: 'Allow the camera for this page: tap the sign beside the address. It goes on by itself then.',
		},
		system: {
			what: 'The system of this device does not let the browser use the camera.',
			next: 'Allow the browser the camera in the settings of the system, under privacy: on a Mac, in Windows or on a phone. Then come back to this page.',
		},
		unreadable: {
			what: 'The camera is there but does not start.',
			next: 'Another program may be using it: close it. Or the system’s privacy settings, a switch or a key on the device, or its driver keep it off. It often helps to unplug it and plug it in.',
		},
		conflict: {
			what: 'The camera is in use by another program.',
			next: 'Close the other program or app that shows a picture, then try again.',
		},
		'not-found': {
			what: 'No camera was found.',
			next: 'Plug one in or switch it on. It goes on by itself then.',
		},
		timeout: {
			what: 'The camera gives no picture.',
			next: 'Some take long to wake up: it is given more time with each try. If it stays like this, unplug it and plug it in, or choose another one.',
		},
		malformed: {
			what: 'The camera delivered something that Spy-cam does not understand.',
			next: 'Try again, or choose another camera or quality.',
		},
		unsupported: {
			what: 'The browser has no camera for this page.',
			next: 'Open the page on https or on localhost, in a recent Chrome, Edge, Safari or Firefox.',
		},
		unavailable: {
			what: 'The browser did not open the camera.',
			next: 'Come back to this page and keep it in front, then try again.',
		},
	},
	recorder: {
		timeout: {
			what: 'The recorder delivered nothing although there is a picture.',
			next: 'A lower quality often helps.',
		},
		unsupported: {
			what: 'This browser cannot record in a format that plays everywhere.',
			next: 'Use a recent Chrome, Edge, Safari or Firefox.',
		},
	},
	player: {
		corrupt: {
			what: 'This part of the footage is damaged.',
			next: 'The rest is fine. Choose another moment.',
		},
		timeout: {
			what: 'The player showed no picture in time.',
			next: 'Try again. If it stays like this, choose another moment or reload this page.',
		},
		unsupported: {
			what: 'This browser cannot play this footage.',
			next: 'Save it as a clip, or open it in a recent Chrome, Edge, Safari or Firefox.',
		},
	},
	footage: {
		quota: {
			what: 'The browser has no room left for footage.',
			next: 'Free some space on this device, or give footage a smaller budget under Storage.',
		},
	},
	keys: {
		unsupported: {
			what: 'This browser cannot keep the keys of this device.',
			next: 'Use a recent Chrome, Edge, Safari or Firefox, not in a private window.',
		},
		conflict: {
			what: 'The keys of this device do not fit together.',
			next: reload,
		},
	},
	connection: {
		offline: {
			what: 'There is no connection.',
			next: 'Recording does not need one. Try again later.',
		},
		denied: {
			what: 'The certificate of the relay is not trusted, or the relay refuses this page.',
			next: 'Open the address of the relay once in this browser, and do what it says there.',
		},
	},
	app: {
		unavailable: {
			what: 'The browser did not give Spy-cam what it needs.',
			next: 'Try again. If it stays like this, close the other tabs and reload this page.',
		},
		unsupported: {
			what: 'This browser cannot do this here.',
			next: 'Open the page on https or on localhost, in a recent Chrome, Edge, Safari or Firefox.',
		},
		aborted: { what: 'That was interrupted.', next: again },
		timeout: { what: 'The browser did not answer in time.', next: reload },
		unconfirmed: {
			what: 'There was no answer: it may have been done, or not.',
			next: 'Look before you try again.',
		},
		internal: {
			what: 'Something went wrong that should not.',
			next: 'Try again. Nothing that was saved is lost.',
		},
	},
};

export const faults = {
	said: ({ kind, source }: Pick<Fault, 'kind' | 'source'>): Advice => {
		const noun = nouns[source];
		const subject = noun.charAt(0).toUpperCase() + noun.slice(1);
		return own[source]?.[kind] ?? general[kind](noun, subject);
	},
	loadNewer: 'Load the newer version',
	loadingNewer: 'Loading …',
	/** The server has no newer one. */
	noNewer:
		'The server gives no newer version than this one. Ask whoever runs it to bring it up to date, or try again later.',
	tryAgain: 'Try again',
	/** What somebody deleted while this device recorded. */
	cleared: {
		what: (at: string, things: string) =>
			`The browser’s data of this page was deleted at ${at}: ${things}.`,
		footage: (size: string, until: string) => `${size} of footage up to ${until}`,
		someFootage: 'the footage',
		keys: 'the keys of this device',
		settings: 'settings and journal',
		next: 'It records on, with the same keys and settings: this page still had them. What was deleted is gone.',
		nextNew:
			'It records on with new keys, as a new device: pair it again with the devices that watched it.',
		nextIdle: 'What was deleted is gone. Reload this page to begin anew.',
		understood: 'Understood',
	},
};

export type FaultWords = typeof faults;
