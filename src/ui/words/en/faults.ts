import type { Fault, FaultKind, FaultSource } from '#domain/base/fault.ts';
import type { Advice } from './index.ts';

const nouns: Readonly<Record<FaultSource, string>> = {
	camera: 'the camera',
	recorder: 'the recorder',
	player: 'the player',
	footage: 'the footage database',
	keys: 'the key store',
	settings: 'the settings database',
	connection: 'the connection',
	app: 'Spy-cam',
};

const again = 'Try again.';
const reload = 'Try again. If that does not help, reload this page.';

const general: Readonly<Record<FaultKind, (noun: string, subject: string) => Advice>> = {
	unavailable: (_, subject) => ({ what: `${subject} is not available.`, next: reload }),
	offline: (_, subject) => ({
		what: `${subject} cannot be reached.`,
		next: 'Recording does not need it. Try again later.',
	}),
	denied: (noun) => ({
		what: `The browser is blocking ${noun} for this page.`,
		next: 'Check the browser’s settings for this page, then try again.',
	}),
	quota: (noun) => ({
		what: `The browser has no space left for ${noun}.`,
		next: 'Free up space on this device, or allow less space for footage under Storage.',
	}),
	'not-found': (noun) => ({ what: `Something that ${noun} needs is missing.`, next: reload }),
	conflict: (_, subject) => ({ what: `${subject} is busy.`, next: again }),
	malformed: (_, subject) => ({ what: `${subject} received data it cannot read.`, next: again }),
	corrupt: (noun) => ({ what: `Something that ${noun} needs is damaged.`, next: reload }),
	unsupported: (noun) => ({
		what: `This browser lacks a feature that ${noun} needs.`,
		next: 'Use a recent Chrome, Edge, Safari or Firefox, not in a private window.',
	}),
	aborted: (_, subject) => ({ what: `${subject} was interrupted.`, next: again }),
	timeout: (_, subject) => ({ what: `${subject} did not answer in time.`, next: reload }),
	unconfirmed: (_, subject) => ({
		what: `${subject} did not confirm that it was done.`,
		next: 'Check before you try again.',
	}),
	system: (noun) => ({
		what: `This device’s system does not let the browser use ${noun}.`,
		next: 'Check the system’s privacy settings, then return to this page.',
	}),
	unreadable: (_, subject) => ({ what: `${subject} did not start.`, next: reload }),
	newer: (_, subject) => ({
		what: `${subject} was changed by a newer version of Spy-cam.`,
		next: 'Load the newer version. Everything saved is safe.',
	}),
	blocked: (noun) => ({
		what: `Another tab is blocking ${noun}.`,
		next: 'Close the other Spy-cam tabs to continue.',
	}),
	cleared: (noun) => ({
		what: `The data in ${noun} was deleted in this browser.`,
		next: 'Spy-cam starts over by itself.',
	}),
	internal: (noun) => ({
		what: `Something went wrong in ${noun}.`,
		next: 'Try again. Everything saved is safe.',
	}),
};

/** What is more than a noun and its verb. */
const own: Readonly<Partial<Record<FaultSource, Readonly<Partial<Record<FaultKind, Advice>>>>>> = {
	camera: {
		denied: {
			what: 'The browser is blocking the camera for this page.',
			next: 'Tap the icon next to the address and allow the camera. Spy-cam then continues by itself.',
		},
		system: {
			what: 'This device’s system does not let the browser use the camera.',
			next: 'Allow camera access for the browser in the privacy settings of your Mac, Windows computer or phone. Then return to this page.',
		},
		unreadable: {
			what: 'The camera was found but does not start.',
			next: 'Close any other program that uses it. Privacy settings, a switch or key on the device, or a driver may also keep it off. Unplugging it and plugging it back in often helps.',
		},
		conflict: {
			what: 'The camera is in use by another program.',
			next: 'Close the other program or app that is using it, then try again.',
		},
		'not-found': {
			what: 'No camera was found.',
			next: 'Plug one in or turn it on. Spy-cam then continues by itself.',
		},
		timeout: {
			what: 'The camera sends no picture.',
			next: 'Some cameras start slowly, so each try waits longer. If that does not help, unplug it and plug it back in, or choose another one.',
		},
		malformed: {
			what: 'The camera sent data that Spy-cam cannot read.',
			next: 'Try again, or choose another camera or quality.',
		},
		unsupported: {
			what: 'The browser offers no camera to this page.',
			next: 'Open the page over https or on localhost, in a recent Chrome, Edge, Safari or Firefox.',
		},
		unavailable: {
			what: 'The browser did not open the camera.',
			next: 'Return to this page and keep it on screen, then try again.',
		},
	},
	recorder: {
		timeout: {
			what: 'The recorder produced nothing, although there is a picture.',
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
			next: 'Try again. If that does not help, choose another moment or reload this page.',
		},
		unsupported: {
			what: 'This browser cannot play this footage.',
			next: 'Save it as a clip, or open it in a recent Chrome, Edge, Safari or Firefox.',
		},
	},
	footage: {
		quota: {
			what: 'The browser has no space left for footage.',
			next: 'Free up space on this device, or allow less space for footage under Storage.',
		},
	},
	keys: {
		unsupported: {
			what: 'This browser cannot keep the keys of this device.',
			next: 'Use a recent Chrome, Edge, Safari or Firefox, not in a private window.',
		},
		conflict: {
			what: 'The keys on this device do not match.',
			next: reload,
		},
	},
	connection: {
		offline: {
			what: 'There is no connection.',
			next: 'Recording does not need one. Try again later.',
		},
		denied: {
			what: 'The relay’s certificate is not trusted, or the relay refuses this page.',
			next: 'Open the relay’s address in this browser and follow the steps there.',
		},
	},
	app: {
		unavailable: {
			what: 'The browser did not provide what Spy-cam needs.',
			next: 'Try again. If that does not help, close the other tabs and reload this page.',
		},
		unsupported: {
			what: 'This browser cannot do this here.',
			next: 'Open the page over https or on localhost, in a recent Chrome, Edge, Safari or Firefox.',
		},
		aborted: { what: 'That was interrupted.', next: again },
		timeout: { what: 'The browser did not answer in time.', next: reload },
		unconfirmed: {
			what: 'There was no answer, so this may or may not have been done.',
			next: 'Check before you try again.',
		},
		internal: {
			what: 'Something went wrong.',
			next: 'Try again. Everything saved is safe.',
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
		'The server has no newer version than this one. Ask the person who runs it to update it, or try again later.',
	tryAgain: 'Try again',
	/** What somebody deleted while this device recorded. */
	cleared: {
		what: (at: string, things: string) =>
			`This site’s data was deleted in the browser at ${at}: ${things}.`,
		footage: (size: string, until: string) => `${size} of footage up to ${until}`,
		someFootage: 'the footage',
		keys: 'the keys of this device',
		settings: 'settings and journal',
		next: 'Recording continues with the same keys and settings, which this page still had. The deleted data is gone.',
		nextNew:
			'Recording continues with new keys, as a new device: pair it again with the devices that watched it.',
		nextIdle: 'The deleted data is gone. Reload this page to start over.',
		understood: 'OK',
	},
	/** Settings that were not understood (GO7). */
	unread: {
		what: (names: string) => `Spy-cam does not understand what is stored for ${names}.`,
		next: 'What it last understood applies. The stored setting stays as it is until you change it: a later version may understand it.',
		replace: 'Replace it by what applies now',
		lens: 'the camera',
		profile: 'the quality',
		sound: 'the sound',
		plan: 'when to record',
		limits: 'the storage limits',
		other: 'other settings',
	},
};

export type FaultWords = typeof faults;
