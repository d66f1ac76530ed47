import type {
	Figures,
	TrialOutcome,
	DeviceTrial,
	TrialReason,
} from '#domain/recording/device-check.ts';
import { ENGLISH } from '#ui/words/format/formats.ts';

const { across, count, shared } = ENGLISH;

/** What was tried, and what its answers mean for a person. */
type TrialWords = Readonly<Record<'what' | Exclude<TrialOutcome, 'unknown'>, string>>;

const trials: Readonly<Record<DeviceTrial, TrialWords>> = {
	lens: {
		what: 'Open the camera',
		yes: 'The camera sends a picture.',
		no: 'No picture came from the camera.',
	},
	record: {
		what: 'Record a few seconds',
		yes: 'This device can record.',
		no: 'This browser cannot record here. Try a recent Chrome, Edge, Safari or Firefox.',
	},
	'key-frames': {
		what: 'Start every second with a full picture',
		yes: 'A crash costs at most about a second of footage.',
		no: 'A crash can cost several seconds of footage.',
	},
	sound: {
		what: 'Record sound',
		yes: 'Sound can be recorded.',
		no: 'The browser provided no sound. Recordings here are silent.',
	},
	seal: {
		what: 'Encrypt the footage',
		yes: 'Encryption keeps up with the camera.',
		no: 'Encryption is slower than the camera. Choose a lower quality.',
	},
	store: {
		what: 'Save it on this device',
		yes: 'Saving keeps up with the camera.',
		no: 'Saving is too slow or does not work. Free up space, or choose a lower quality.',
	},
	open: {
		what: 'Read it back and open it',
		yes: 'Saved footage opens again, and its signature is valid.',
		no: 'Some saved footage did not open again. Do not rely on this browser.',
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
		yes: 'Other devices on the same network can connect to this one directly.',
		no: 'This browser makes no direct connection. Live pictures go through the relay.',
	},
	awake: {
		what: 'Keep the screen on',
		yes: 'The screen stays on while recording.',
		no: 'The screen may turn off, and a phone then stops recording. Set the screen to stay on.',
	},
	background: {
		what: 'Record in the background',
		yes: 'Recording continues when this tab is hidden.',
		no: 'It records only while this page is on screen.',
	},
	keys: {
		what: 'Protect the keys',
		yes: 'The keys are locked inside this browser.',
		no: 'This browser cannot protect the keys, or forgets them when the tab is closed.',
	},
	kept: {
		what: 'Keep footage until you delete it',
		yes: 'The browser promised to keep it.',
		no: 'The browser may delete footage when space runs out. Installing the app helps.',
	},
	room: {
		what: 'Have space for footage',
		yes: 'There is space for more than an hour of footage.',
		no: 'There is space for less than an hour of footage.',
	},
	codecs: {
		what: 'Support the formats',
		yes: 'The browser has the formats that recording and playback need.',
		no: 'The browser lacks a format that recording or playback needs.',
	},
	removed: {
		what: 'Remove the test recording',
		yes: 'Nothing from this check is left on this device.',
		no: 'The browser has not released it yet. It is removed when you next open this app.',
	},
};

const whys: Readonly<Partial<Record<TrialReason, string>>> = {
	busy: 'not tried, because this camera is recording',
	hidden: 'the page was not on screen the whole time',
	before: 'something it needs did not work',
	'not-asked': 'not tried, because the microphone was not chosen',
	silent: 'the browser does not say',
	timeout: 'the browser did not answer in time',
};

const number = (value: Figures[string] | undefined): string => shared.number(Number(value ?? 0));

/** What was measured; empty where there is nothing to say. */
function figures(trial: DeviceTrial, f: Figures): string {
	switch (trial) {
		case 'lens':
			if (f['width'] === undefined) return '';
			return `${String(f['width'])} × ${String(f['height'])}, ${number(f['rate'])} pictures per second`;
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
	lead: 'In about ten seconds, this page records a little, saves it, plays it back and shows what this browser can do on this device. The recording is then removed.',
	asks: 'The browser may ask for camera access.',
	sound: 'Also check the microphone',
	camera: 'Check with the camera',
	drawn: 'Check with a test picture',
	busy: 'This camera is recording. The check does not disturb it and tries what it can.',
	begin: 'Check',
	again: 'Check again',
	cancel: 'Cancel',
	progress: 'Progress of the check',
	trying: (what: string) => `${what} …`,
	removing: 'Removing the test recording …',
	taken: 'Another tab of this browser is checking this device. Wait until it is done.',
	trials,
	figures,
	outcomes: { yes: 'Yes', no: 'No', unknown: 'Not known' },
	untold: (why: TrialReason | null) =>
		`Could not tell: ${(why && whys[why]) ?? 'something went wrong'}.`,
	all: 'Everything tried works.',
	some: (n: number) => `${count(n, 'thing does', 'things do')} not work here.`,
	played: 'The recording',
	result: 'Result',
	reportTitle: 'Report',
	reportWhat:
		'For a bug report. It contains figures and versions: no names, no addresses, no keys, nothing that identifies you. It is in English so that most people can read it. Nothing is sent; add the model of your device yourself.',
	copy: 'Copy the report',
	copied: {
		done: 'Copied.',
		failed: 'Copying failed. Select the text and copy it yourself.',
	},
};

export type DeviceCheckWords = typeof deviceCheck;
