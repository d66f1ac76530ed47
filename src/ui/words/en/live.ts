import type { FaultKind } from '#domain/base/fault.ts';
import type { Viewing } from '#state/live/viewing.svelte.ts';
import type { Advice } from './index.ts';
import { ENGLISH } from '#ui/words/format/formats.ts';
import { listed, named } from '#ui/words/format/named.ts';

type ViewState = Viewing['state'];
type Ended = Extract<ViewState, { readonly kind: 'ended' }>['why'];
type Live = Extract<ViewState, { readonly kind: 'live' }>;
type Trying = Extract<ViewState, { readonly kind: 'stale' }>['trying'];

const { across } = ENGLISH;

const age = (ms: number) =>
	ms < 1000 ? 'under 1 s old' : `${across(Math.floor(ms / 1000) * 1000)} old`;

const trying: Readonly<Record<Trying, string>> = {
	direct: 'Trying the direct way …',
	turn: 'Trying a way around …',
	relayed: 'Trying the relay …',
	relay: 'Looking for the relay …',
	camera: 'Waiting for the camera …',
	local: 'Opening the camera …',
};

const ended: Readonly<Record<Ended, Advice>> = {
	revoked: {
		what: 'This device was taken out of the home.',
		next: 'An owner can pair it again.',
	},
	'camera-away': {
		what: 'This camera is offline.',
		next: 'Its page may be closed, or its network gone. The picture comes back by itself.',
	},
	'camera-off': {
		what: 'This camera is off.',
		next: 'Its lens is closed. There is a picture as soon as it records.',
	},
	'no-relay': {
		what: 'This device is not connected.',
		next: 'Other devices are found through a relay, which is tried again by itself. Without one, press “Connect again” under Watch.',
	},
	failed: {
		what: 'No way to this camera was found.',
		next: 'Look whether its page is open and has a network, then try again.',
	},
};

/** Which way the picture comes, and why. */
function way(path: Live['path'], reason: Live['reason']): string {
	switch (path) {
		case 'local':
			return 'From the lens of this device';
		case 'direct':
			return 'Directly, over your network';
		case 'turn':
			return 'Around an obstacle, still without being readable on the way';
		case 'relayed':
			return {
				blocked: 'Through the relay: your network lets nothing else through',
				full: 'Through the relay: the camera already serves as many directly as it can',
				chosen: 'Through the relay, as you chose',
				best: 'Through the relay',
			}[reason];
	}
}

const kinds = {
	off: 'Off',
	starting: 'Starting …',
	preview: 'Not recording',
	recording: 'Recording',
	blind: 'Not saving',
};

const elsewhere = 'Something went wrong at the camera. Look at its own screen.';
const refused: Readonly<Record<FaultKind, string>> = {
	unavailable: 'The camera’s browser did not give it what it needs.',
	offline: 'There is no way to the camera now. Try again when it is back.',
	denied:
		'The camera refused: this device may not do that, or the camera’s own browser forbids it.',
	quota: 'The camera has no room left.',
	'not-found': 'That lens is not there any more.',
	conflict: 'The camera is busy with something else. Try again in a moment.',
	malformed: 'The camera does not understand this. Update both devices.',
	corrupt: elsewhere,
	unsupported: 'The camera cannot do this.',
	aborted: 'That was interrupted. Try again.',
	timeout:
		'This did not reach the camera within 5 seconds. It was not done and will not be; try again.',
	system: 'The system of the camera’s device does not let it use this.',
	unreadable: 'That lens is there but does not start.',
	newer: 'The camera needs a newer version of Spy-cam. Load its page again.',
	blocked: 'Another tab on the camera’s device keeps its data closed.',
	cleared: 'The camera’s data was deleted in its browser.',
	unconfirmed:
		'The camera does not say whether it did this. It may still be at it: look at the camera before you try again.',
	internal: elsewhere,
};

/** Live pictures and what is asked of a camera from afar. */
export const live = {
	age,
	live: 'Live',
	liveAge: (ms: number) => `Live · ${age(ms)}`,
	trying,
	stale: (ms: number, what: Trying) => `${age(ms)}. ${trying[what]}`,
	ended,
	notShownHere: {
		what: 'This browser cannot show what this camera sends.',
		next: 'Open this page again. If that does not help, update the browser.',
	},
	offline: 'Offline',
	connecting: 'Connecting …',
	kinds,
	elsewhere: 'Another tab of this browser is this camera.',
	notHere: 'Only its footage is here.',
	way,
	inPieces: 'About 2 s behind: the camera’s browser sends a second at a time.',
	picture: (name: string) => `Picture of ${named(name)}`,
	retry: 'Try again',
	// The wall
	cut: 'The relay is away. What comes directly goes on; the rest comes back by itself.',
	emptyWhat: 'There is no camera in this home yet.',
	emptyNext: 'Make this device one, or pair it with a camera you have.',
	pair: 'Pair a device',
	saved: 'Saved footage',
	fullRate: 'Full rate',
	fullRateNote: 'The others show a picture every few seconds.',
	// One camera
	talk: 'Talk',
	talkNote: 'Hold to talk. While you talk you hear nothing.',
	talking: 'You are heard at the camera.',
	torch: 'Torch',
	noTorch: 'This camera has no torch.',
	fullScreen: 'Full screen',
	leaveFullScreen: 'Leave full screen',
	pip: 'Small window',
	still: 'Save picture',
	sound: 'Sound',
	noSound: 'This camera sends no sound.',
	zoomIn: 'Zoom in',
	zoomOut: 'Zoom out',
	whole: 'Show the whole picture',
	keys: 'Plus and minus zoom, arrows move the picture, 0 shows all of it, f is full screen.',
	controls: 'Camera',
	lens: 'Lens',
	unnamedLens: (n: number) => `Lens ${String(n)}`,
	testPicture: 'Test picture',
	useTestPicture: 'Try it with a test picture',
	onTestPicture: 'This is the test picture. No camera is on.',
	onTestPictureNext:
		'This device draws it, so that you can try everything. It is recorded and sent like any other picture.',
	useLens: 'Use a camera',
	checkDevice: 'Check this device',
	quality: 'Quality',
	start: 'Start recording',
	stop: 'Stop recording',
	guard: 'Guard mode',
	guardNote: 'Black screen, records on',
	restart: 'Restart',
	restartNote: 'Switches the camera off and on again',
	viaRelay: 'Always through the relay',
	siren: 'Siren',
	sirenStop: 'Stop the siren',
	sirenTitle: 'Sound the siren?',
	sirenHow:
		'It is as loud as the volume of that device is set: a phone at full volume is about as loud as a vacuum cleaner beside you, one at zero is silent. Everybody near it hears it.',
	sirenEnds:
		'It ends when you stop it, after a minute at the latest. The camera shows who sounds it.',
	sirenYes: 'Sound it',
	cancel: 'Cancel',
	stopTitle: 'Stop recording?',
	stopHow: 'From then on this camera saves nothing until somebody starts it again.',
	guardOffTitle: 'End guard mode?',
	guardOffHow: 'The screen of that device lights up. Recording goes on.',
	guardOff: 'End guard mode',
	restartTitle: 'Restart the camera?',
	restartHow:
		'It stops recording for a moment. If its lens does not open again, it stays off until somebody goes there.',
	ownersOnly: 'Only an owner stops a recording, ends guard mode or restarts a camera.',
	asking: 'Asking the camera …',
	done: {
		lens: 'The camera has changed its lens.',
		torch: 'The camera has switched its torch.',
		quality: 'The camera has changed its quality.',
		start: 'The camera has begun to record.',
		stop: 'The camera has stopped recording.',
		guard: 'The camera has switched guard mode.',
		restart: 'The camera has restarted.',
		siren: 'The siren sounds.',
		'siren-off': 'The siren is silent.',
		talk: 'You are heard at the camera.',
	},
	refused,
	talkDirect: 'Talking needs the direct way to the camera, and a microphone here.',
	noControl:
		'This device watches and controls no camera. An owner can change that under Settings, Devices.',
	talkRefused:
		'The browser does not let this page use the microphone. Allow it beside the address, then try again.',
	later:
		'What this camera saved lies on the camera itself. Looking at it from here comes with a later version.',
	battery: (percent: string, charging: boolean) =>
		`Battery ${percent}${charging ? ', charging' : ''}`,
	// The camera's side
	watchersTitle: 'Who is watching',
	nobody: 'Nobody is watching.',
	watching: (n: number, names: readonly string[]) =>
		n === 1 ? `${listed(names)} is watching` : `${String(n)} are watching: ${listed(names)}`,
	ways: {
		direct: 'directly',
		turn: 'around an obstacle',
		relayed: 'through the relay',
	},
	watcher: (name: string, how: string, since: string) => `${named(name)}, ${how}, since ${since}`,
	/** Gets the parts, and never asked for their key. */
	sealed: (name: string, since: string) =>
		`${named(name)} has been getting sealed pictures from the relay since ${since}, unasked and without a key`,
	someone: 'Someone',
	newcomer: (names: readonly string[]) => `${listed(names)} has begun to watch this camera.`,
	newcomers: (names: readonly string[]) => `${listed(names)} have begun to watch this camera.`,
	sealedNewcomer: (names: readonly string[]) =>
		`${listed(names)} gets sealed pictures of this camera from the relay, unasked and without a key.`,
	sealedNewcomers: (names: readonly string[]) =>
		`${listed(names)} get sealed pictures of this camera from the relay, unasked and without a key.`,
	sealedNext:
		'Without the key no picture can be seen. A device of your home that should not do this can be taken out under Settings, Devices.',
	newcomerNext: 'Only devices of your home can. Take one out under Settings, Devices.',
	seen: 'All right',
	devices: 'Devices',
	hush: 'Silence it',
	voices: {
		talk: (name: string) => `${named(name)} is talking through this device.`,
		siren: (name: string) => `${named(name)} sounds the siren of this device.`,
	},
	apart: 'Your devices are not connected. Without a relay they find each other by two codes.',
	again: 'Connect again',
	link: {
		none: 'No relay: only this device',
		connecting: 'Looking for the relay …',
		connected: 'Others can watch',
		away: (again: string) => `The relay is away; next try at ${again}`,
		'unknown-home': 'The relay does not know this home. Pair again with an invitation.',
		'not-a-member': 'The relay says that this device is out of the home.',
		version: 'The relay speaks another version. Update it, or this app.',
	},
};

export type LiveWords = typeof live;
