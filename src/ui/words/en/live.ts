import type { FaultKind } from '#domain/base/fault.ts';
import type { CameraView } from '#state/live/camera-view.svelte.ts';
import type { Advice } from './index.ts';
import { ENGLISH } from '#ui/words/format/formats.ts';
import { listed, named } from '#ui/words/format/named.ts';

type ViewState = CameraView['state'];
type Ended = Extract<ViewState, { readonly kind: 'ended' }>['why'];
type Live = Extract<ViewState, { readonly kind: 'live' }>;
type Trying = Extract<ViewState, { readonly kind: 'stale' }>['trying'];

const { across } = ENGLISH;

const age = (ms: number) =>
	ms < 1000 ? 'under 1 s old' : `${across(Math.floor(ms / 1000) * 1000)} old`;

/** A picture is late from here on, ms. */
const LATE_MS = 2000;

const trying: Readonly<Record<Trying, string>> = {
	direct: 'Connecting …',
	turn: 'Connecting …',
	relayed: 'Connecting …',
	relay: 'Can’t reach the relay. Trying again …',
	camera: 'Waiting for the camera …',
	local: 'Opening the camera …',
};

const ended: Readonly<Record<Ended, Advice>> = {
	revoked: {
		what: 'This device was removed from the home.',
		next: 'An owner can pair it again.',
	},
	'camera-away': {
		what: 'This camera is offline.',
		next: 'Its page may be closed or its network down. The picture returns by itself.',
	},
	'camera-off': {
		what: 'This camera is off.',
		next: 'The picture returns as soon as it records.',
	},
	'no-relay': {
		what: 'This device is not connected.',
		next: 'Devices find each other through a relay, and this one keeps trying. Without a relay, press “Reconnect” under Watch.',
	},
	failed: {
		what: 'Cannot connect to this camera.',
		next: 'Check that its page is open and has a network, then try again.',
	},
};

/** Which way the picture comes, and why. */
function way(path: Live['path'], reason: Live['reason']): string {
	switch (path) {
		case 'local':
			return 'From this device’s camera';
		case 'direct':
			return 'Directly, over your network';
		case 'turn':
			return 'Through a server, still private';
		case 'relayed':
			return {
				blocked: 'Through the relay: your network allows nothing else',
				full: 'Through the relay: the camera cannot serve more devices directly',
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

const elsewhere = 'Something went wrong on the camera. Check its screen.';
const refused: Readonly<Record<FaultKind, string>> = {
	unavailable: 'The camera’s browser did not provide what it needs.',
	offline: 'The camera cannot be reached. Try again when it is back.',
	denied: 'The camera refused: this device may not do that, or the camera’s browser blocks it.',
	quota: 'The camera has no space left.',
	'not-found': 'That lens is no longer there.',
	conflict: 'The camera is busy. Try again in a moment.',
	malformed: 'The camera does not understand this. Update both devices.',
	corrupt: elsewhere,
	unsupported: 'The camera cannot do this.',
	aborted: 'That was interrupted. Try again.',
	timeout:
		'This did not reach the camera within 5 seconds. It was not done and will not be. Try again.',
	system: 'The system on the camera’s device blocks this.',
	unreadable: 'That lens was found but does not start.',
	newer: 'The camera needs a newer version of Spy-cam. Reload its page.',
	blocked: 'Another tab on the camera’s device is blocking its data.',
	cleared: 'The camera’s data was deleted in its browser.',
	unconfirmed:
		'The camera did not confirm this. It may still be working on it: check the camera before you try again.',
	internal: elsewhere,
};

/** Live pictures and what is asked of a camera from afar. */
export const live = {
	age,
	live: 'Live',
	liveAge: (ms: number) =>
		ms < LATE_MS ? 'Live' : `${across(Math.floor(ms / 1000) * 1000)} behind`,
	trying,
	stale: (ms: number, what: Trying) => `${age(ms)}. ${trying[what]}`,
	ended,
	notShownHere: {
		what: 'This browser cannot show what this camera sends.',
		next: 'Reload this page. If that does not help, update the browser.',
	},
	offline: 'Offline',
	connecting: 'Connecting …',
	kinds,
	elsewhere: 'Another tab in this browser is this camera.',
	/** Cameras of this device, each with a lens. */
	more: {
		add: 'Add another camera',
		remove: 'Remove this camera',
		removed: (name: string) => `${named(name)} was removed.`,
		removedNext: 'Its footage is still here: see Watch.',
		undo: 'Undo',
	},
	way,
	inPieces: 'About 2 s behind: the camera’s browser sends one second at a time.',
	picture: (name: string) => `Picture of ${named(name)}`,
	retry: 'Try again',
	// The wall
	cut: 'The relay is offline. Direct pictures continue; the rest return by themselves.',
	emptyWhat: 'There are no cameras in this home yet.',
	emptyNext: 'Use this device as a camera, or pair it with one you have.',
	pair: 'Pair a device',
	saved: 'Saved footage',
	fullRate: 'Full rate',
	fullRateNote: 'The others update every few seconds.',
	// One camera
	talk: 'Talk',
	talkNote: 'Hold to talk. You hear nothing while you talk.',
	talking: 'You can be heard at the camera.',
	torch: 'Torch',
	noTorch: 'This camera has no torch.',
	fullScreen: 'Full screen',
	leaveFullScreen: 'Exit full screen',
	pip: 'Small window',
	noSmall: 'This browser cannot show it in a small window.',
	still: 'Save picture',
	sound: 'Sound',
	noSound: 'This camera sends no sound.',
	zoomIn: 'Zoom in',
	zoomOut: 'Zoom out',
	whole: 'Show the whole picture',
	keys: 'Plus and minus zoom, arrows move the picture, 0 shows all of it, f is full screen.',
	controls: 'Camera settings',
	/** Of a camera of this device. */
	ownControls: 'Lens, quality and sound are on the camera’s own page.',
	ownPage: 'Open its page',
	actions: 'Actions',
	back: 'All cameras',
	lens: 'Lens',
	unnamedLens: (n: number) => `Lens ${String(n)}`,
	testPicture: 'Test picture',
	useTestPicture: 'Try it with a test picture',
	onTestPicture: 'This is the test picture. No camera is on.',
	onTestPictureNext:
		'This device draws it so that you can try everything. It is recorded and sent like any other picture.',
	useLens: 'Use a camera',
	checkDevice: 'Check this device',
	quality: 'Quality',
	start: 'Start recording',
	stop: 'Stop recording',
	guard: 'Guard mode',
	guardNote: 'Black screen, keeps recording',
	restart: 'Restart',
	restartNote: 'Turns the camera off and on again',
	viaRelay: 'Always through the relay',
	siren: 'Siren',
	sirenStop: 'Stop the siren',
	sirenTitle: 'Sound the siren?',
	sirenHow:
		'It is as loud as that device’s volume: a phone at full volume is about as loud as a vacuum cleaner beside you, and at zero it is silent. Everyone near it will hear it.',
	sirenEnds: 'It ends when you stop it, or after one minute. The camera shows who started it.',
	sirenYes: 'Sound it',
	cancel: 'Cancel',
	stopTitle: (name: string) => `Stop recording ${named(name)}?`,
	stopHow: 'Nothing is saved until it starts again.',
	guardOffTitle: 'End guard mode?',
	guardOffHow: 'That device’s screen lights up. Recording continues.',
	guardOff: 'End guard mode',
	restartTitle: 'Restart the camera?',
	restartHow:
		'It stops recording for a moment. If its lens does not reopen, it stays off until someone goes there.',
	ownersOnly: 'Only an owner can stop recording, end guard mode or restart a camera.',
	asking: 'Asking the camera …',
	done: {
		lens: 'The camera changed its lens.',
		torch: 'The camera switched its torch.',
		quality: 'The camera changed its quality.',
		start: 'The camera started recording.',
		stop: 'The camera stopped recording.',
		guard: 'The camera switched guard mode.',
		restart: 'The camera restarted.',
		siren: 'The siren is on.',
		'siren-off': 'The siren is off.',
		talk: 'You can be heard at the camera.',
		copy: 'The camera changed what it copies to the relay.',
	},
	refused,
	talkDirect: 'Talking needs a direct connection to the camera and a microphone here.',
	noControl:
		'This device can watch but not control cameras. An owner can change that under Settings, Devices.',
	talkRefused:
		'The browser is blocking the microphone for this page. Tap the icon next to the address and allow it, then try again.',
	on: 'On',
	battery: (percent: string, charging: boolean) =>
		`Battery ${percent}${charging ? ', charging' : ''}`,
	// The camera's side
	watchersTitle: 'Who is watching',
	nobody: 'Nobody is watching.',
	watching: (n: number, names: readonly string[]) =>
		n === 1 ? `${listed(names)} is watching` : `${String(n)} are watching: ${listed(names)}`,
	ways: {
		direct: 'directly',
		turn: 'through a server',
		relayed: 'through the relay',
	},
	watcher: (name: string, how: string, since: string) => `${named(name)}, ${how}, since ${since}`,
	/** Gets the parts, and never asked for their key. */
	sealed: (name: string, since: string) =>
		`${named(name)} has been receiving encrypted pictures from the relay since ${since} without a key, and without asking for one`,
	someone: 'Someone',
	newcomer: (names: readonly string[]) => `${listed(names)} started watching.`,
	newcomers: (names: readonly string[]) => `${listed(names)} started watching.`,
	sealedNewcomer: (names: readonly string[]) =>
		`${listed(names)} is receiving encrypted pictures of this camera from the relay without a key, and without asking for one.`,
	sealedNewcomers: (names: readonly string[]) =>
		`${listed(names)} are receiving encrypted pictures of this camera from the relay without a key, and without asking for one.`,
	sealedNext:
		'Nobody can see a picture without the key. If a device in your home should not do this, remove it under Settings, Devices.',
	newcomerNext: 'Only devices in your home can watch. You can remove one under Settings, Devices.',
	seen: 'OK',
	devices: 'Devices',
	hush: 'Silence it',
	voices: {
		talk: (name: string) => `${named(name)} is talking through this device.`,
		siren: (name: string) => `${named(name)} is sounding this device’s siren.`,
	},
	apart: 'Your devices are not connected. Without a relay, they connect with two codes.',
	again: 'Reconnect',
	link: {
		none: 'Not connected. Only this device can see it.',
		connecting: 'Connecting …',
		connected: 'Your other devices can watch.',
		away: (again: string) => `Cannot reach the relay. Trying again at ${again}.`,
		'unknown-home': 'The relay does not know this home. Pair again with an invitation.',
		'not-a-member': 'The relay says this device is no longer in the home.',
		version: 'The relay has a different version. Update it or this app.',
	},
};

export type LiveWords = typeof live;
