import type { Figures, Outcome, Trial, Why } from '#domain/recording/device-check.ts';
import { ENGLISH } from '#ui/words/format/formats.ts';

const { across, count, shared } = ENGLISH;

/** What was tried, and what its answers mean for a person. */
type TrialWords = Readonly<Record<'what' | Exclude<Outcome, 'unknown'>, string>>;

const trials: Readonly<Record<Trial, TrialWords>> = {
	lens: {
		what: 'Open the camera',
		yes: 'The camera gives a picture.',
		no: 'No picture came from the camera.',
	},
	record: {
		what: 'Record some seconds',
		yes: 'This device can record.',
		no: 'This browser cannot record here. Try a recent Chrome, Edge, Safari or Firefox.',
	},
	'key-frames': {
		what: 'Begin every second with a whole picture',
		yes: 'A crash costs about a second of footage at most.',
		no: 'A crash can cost several seconds of footage.',
	},
	sound: {
		what: 'Record sound',
		yes: 'Sound can be recorded.',
		no: 'The browser gave no sound. Recordings here are silent.',
	},
	seal: {
		what: 'Seal the footage',
		yes: 'Sealing keeps up with the camera.',
		no: 'Sealing is slower than the camera. Choose a lower quality.',
	},
	store: {
		what: 'Save it on this device',
		yes: 'Saving keeps up with the camera.',
		no: 'Saving is too slow, or does not work. Free some space, or choose a lower quality.',
	},
	open: {
		what: 'Read it back and open it',
		yes: 'What was saved opens again, and its signature is right.',
		no: 'Some of what was saved did not open again. Do not rely on this browser.',
	},
	play: {
		what: 'Play it',
		yes: 'Saved footage plays here.',
		no: 'Saved footage does not play here.',
	},
	live: {
		what: 'Encode a live picture',
		yes: 'Others see this camera live, with little delay.',
		no: 'Others see this camera about two seconds late when it goes through the relay.',
	},
	decode: {
		what: 'Show a live picture',
		yes: 'Pictures of other cameras appear here with little delay.',
		no: 'Pictures of other cameras appear here late, or not at all, when they go through the relay.',
	},
	connect: {
		what: 'Connect directly (WebRTC)',
		yes: 'Other devices in the same network can connect to this one directly.',
		no: 'This browser makes no direct connection. Live pictures go through the relay.',
	},
	awake: {
		what: 'Keep the screen on',
		yes: 'The screen stays on while it records.',
		no: 'The screen may go off, and a phone then stops recording. Set it to stay on yourself.',
	},
	background: {
		what: 'Record in the background',
		yes: 'It records on when this tab is hidden.',
		no: 'It records only while this page is in front.',
	},
	keys: {
		what: 'Lock the keys away',
		yes: 'The keys are locked inside this browser.',
		no: 'This browser cannot lock the keys away, or forgets them when the tab is closed.',
	},
	kept: {
		what: 'Keep footage until you delete it',
		yes: 'The browser promised to keep it.',
		no: 'The browser may delete footage when space runs out. Installing the app helps.',
	},
	room: {
		what: 'Have room for footage',
		yes: 'There is room for more than an hour of footage.',
		no: 'There is room for less than an hour of footage.',
	},
	codecs: {
		what: 'Know the formats',
		yes: 'The browser has the formats that recording and playing need.',
		no: 'The browser lacks a format that recording or playing needs.',
	},
	removed: {
		what: 'Remove what was recorded',
		yes: 'Nothing of this check is left on this device.',
		no: 'The browser has not let go of it yet. It is removed when you next open this app.',
	},
};

const whys: Readonly<Partial<Record<Why, string>>> = {
	busy: 'not tried, because this camera is recording',
	hidden: 'the page was not in front all the time',
	before: 'something that it needs did not work',
	'not-asked': 'not tried, because the microphone was not chosen',
	silent: 'the browser does not say',
	timeout: 'the browser did not answer in time',
};

const number = (value: Figures[string] | undefined): string => shared.number(Number(value ?? 0));

/** What was measured; empty where there is nothing to say. */
function figures(trial: Trial, f: Figures): string {
	switch (trial) {
		case 'lens':
			if (f['width'] === undefined) return '';
			return `${String(f['width'])} × ${String(f['height'])}, ${number(f['rate'])} pictures a second`;
		case 'record':
			return f['type'] === undefined
				? ''
				: `${number(f['seconds'])} s, ${number(f['kbps'])} kbit/s, ${String(f['type'])}`;
		case 'key-frames':
			return f['longestMs'] === undefined ? '' : `at most ${across(Number(f['longestMs']))} apart`;
		case 'seal':
		case 'store':
			return f['middleMs'] === undefined ? '' : `${number(f['middleMs'])} ms for a second`;
		case 'open':
			return f['of'] === undefined ? '' : `${String(f['opened'])} of ${String(f['of'])}`;
		case 'play':
		case 'decode':
			return f['firstMs'] === undefined ? '' : `first picture after ${number(f['firstMs'])} ms`;
		case 'live':
			return f['codec'] === undefined ? '' : String(f['codec']);
		case 'connect':
			return f['ms'] === undefined ? '' : `after ${number(f['ms'])} ms`;
		case 'room':
			return f['offeredMB'] === undefined
				? ''
				: `${shared.bytes(Number(f['usedMB']) * 1e6)} of ${shared.bytes(Number(f['offeredMB']) * 1e6)} used`;
		default:
			return '';
	}
}

/** The page that checks this device. */
export const deviceCheck = {
	title: 'Check this device',
	lead: 'In about ten seconds this page records a little, saves it, plays it back, and tells you what this browser can do on this device. What it records is removed at once.',
	asks: 'The browser may ask for the camera when you press.',
	sound: 'Check the microphone, too',
	camera: 'Check with the camera',
	drawn: 'Check with a test picture',
	busy: 'This camera is recording. The check does not disturb it, and tries what it can.',
	begin: 'Check',
	again: 'Check again',
	cancel: 'Cancel',
	progress: 'Progress of the check',
	trying: (what: string) => `${what} …`,
	removing: 'Removing what was recorded …',
	taken: 'Another tab of this browser is checking this device. Wait until it is done.',
	trials,
	figures,
	outcomes: { yes: 'Yes', no: 'No', unknown: 'Not known' },
	untold: (why: Why | null) => `Could not tell: ${(why && whys[why]) ?? 'something went wrong'}.`,
	all: 'Everything that was tried works.',
	some: (n: number) => `${count(n, 'thing does', 'things do')} not work here.`,
	played: 'What was recorded',
	result: 'Result',
	reportTitle: 'Report',
	reportWhat:
		'For a bug report. It holds figures and versions: no names, no addresses, no keys, nothing that tells who you are. It is in English for whoever reads it. Nothing is sent; add the model of your device yourself.',
	copy: 'Copy the report',
	copied: {
		done: 'Copied.',
		failed: 'Copying did not work. Select the text and copy it yourself.',
	},
};

export type DeviceCheckWords = typeof deviceCheck;
