import type { PromiseName } from '#domain/recording/promises.ts';
import type { Gap } from '#domain/footage/span.ts';

import { check } from './check.ts';
import { events } from './events.ts';
import { guard } from './guard.ts';
import { answers } from './help.ts';
import { permanence } from './permanence.ts';
import { plan } from './plan.ts';
import { ENGLISH } from '#ui/words/format/formats.ts';

/** A sentence, and what to do about it. */
export interface Advice {
	readonly what: string;
	readonly next: string;
}

const { across, count, shared } = ENGLISH;

function span(ms: number): string {
	const minutes = Math.round(ms / 60_000);
	if (minutes < 1) return 'less than a minute';
	if (minutes < 60) return count(minutes, 'minute', 'minutes');
	if (minutes < 48 * 60) return count(Math.round(minutes / 6) / 10, 'hour', 'hours');
	return count(Math.round(minutes / 144) / 10, 'day', 'days');
}

const gaps: Readonly<Record<Gap['why'], string>> = {
	stopped: 'recording was stopped',
	rotated: 'the recorder was restarting',
	interrupted: 'the browser closed or this device turned off',
	'clock-step': 'this device’s clock was changed',
	changed: 'the camera settings were changed',
	stalled: 'the camera sent no picture',
	unplugged: 'the camera was unplugged or taken by another app',
	denied: 'the browser revoked camera access',
	quota: 'there was no space left',
	store: 'the browser’s database did not answer',
	failed: 'the recorder failed and was restarted',
	deleted: 'it was deleted',
	evicted: 'it made room for newer footage',
	damaged: 'this part is damaged',
	'not-started': 'recording had not started',
	unknown: 'recording failed for a reason that only a newer version of this app knows',
};

const promises: Readonly<Record<PromiseName, string>> = {
	awake: 'The screen stays on while recording.',
	'not-awake': 'This browser cannot keep the screen on. Set this device’s screen to stay on.',
	'background-stops':
		'Recording stops when the screen turns off or you switch apps. Keep this page open and plugged in.',
	'background-goes-on': 'Recording continues when this tab is hidden. Keep the computer awake.',
	'front-only': 'This browser records only while this page is on screen.',
	kept: 'The browser keeps the footage until you delete it.',
	'may-be-cleared':
		'The browser may delete footage when storage runs low or when you clear its data.',
	'seven-days':
		'Safari deletes footage after seven days without a visit. Add this page to the Home Screen to keep it.',
	'keys-sealed':
		'Footage is encrypted before it is stored. Only devices in your home get the keys.',
	'keys-readable':
		'This browser cannot protect the keys: anyone who can read its files can open the footage.',
	'keys-memory':
		'This browser cannot store keys: once this tab is closed, the footage cannot be opened.',
	localhost:
		'Footage recorded at “localhost” stays there. Any other address is a new, empty camera.',
	'no-sound': 'This browser records video without sound.',
};

export const en = {
	locale: 'en-GB',
	app: 'Spy-cam',
	skip: 'Skip to content',
	/** Of the tab, where the page says it only below. */
	titles: { pair: 'Pair a device', recover: 'Use a recovery kit', check: 'Check this device' },
	recordingNow: 'Recording',
	nav: {
		...{ label: 'Main', record: 'Record', watch: 'Watch', saved: 'Saved', more: 'More' },
		devices: 'Devices',
	},
	home: {
		title: 'What should this device do?',
		again: 'Your cameras',
		lead: 'No account, no cloud. The footage stays in this browser.',
		record: 'Use this device as a camera',
		recordNote: 'Records for as long as this page stays open.',
		watch: 'Watch my cameras',
		watchNote: 'All the cameras in your home, live.',
		saved: 'Saved footage',
		savedNote: 'Play back any moment.',
		lost: 'Lost all your devices? Use a recovery kit',
	},
	camera: {
		title: 'Camera',
		settings: 'Camera settings',
		start: 'Start recording',
		stop: 'Stop recording',
		lens: 'Camera',
		anyLens: 'Chosen by the browser',
		unnamedLens: (n: number) => `Camera ${String(n)}`,
		quality: 'Quality',
		qualities: {
			low: 'Low · 360p · 10 fps',
			standard: 'Standard · 720p · 15 fps',
			high: 'High · 1080p · 30 fps',
		},
		sound: 'Record sound',
		soundNote: 'Off by default. Recording what people say may require their consent by law.',
		name: 'Name of this camera',
		namePlaceholder: 'Hall, workshop, nursery …',
		unnamed: 'This camera',
		limits: 'What this browser can and cannot do',
		opening: 'Waiting for the camera. If the browser asks, allow it.',
		loading: 'Opening your camera …',
		preview: 'Not recording',
		starting: 'Starting to record …',
		recording: (since: string) => `Recording since ${since}`,
		saved: (until: string) => `Saved up to ${until}`,
		/** While it records: so many ms ago. */
		savedAgo: (ms: number) => `Saved ${across(Math.round(ms / 1000) * 1000)} ago`,
		blind: (reason: string) => `Not saving: ${reason}`,
		notSaving: 'Not saving',
		blindNext: 'Spy-cam keeps trying.',
		elsewhere: 'Another tab in this browser is recording with this camera.',
		notYet: 'This device cannot be used as a camera yet.',
		notYetNext:
			'Someone is using this home’s recovery kit. Respond to that notice, then reopen this page.',
		elsewhereNext: 'Use that tab, or close it and try again here.',
		off: 'The camera is off',
		play: 'Play saved footage',
		tryAgain: 'Try again',
		notes: {
			'sound-missing': 'Recording without sound: the browser provided none.',
			muted: 'This device has muted the camera. There is no picture for now.',
		},
		full: 'Storage is full. New footage replaces the oldest.',
		acceptTitle: 'This browser cannot store keys',
		acceptWhat: 'Footage recorded here cannot be opened once this tab is closed.',
		accept: 'Record anyway',
		previewLabel: 'What the camera sees',
	},
	keyless: {
		title: 'The keys to this footage are gone',
		what: (size: string) =>
			`There is ${size} of footage here, but this browser no longer has the keys to open it.`,
		next: 'If the browser was only interrupted, reload. Otherwise delete the footage and start over.',
		reload: 'Reload',
		clear: 'Delete the footage and start over',
		sure: 'Delete this footage? This cannot be undone.',
		yes: 'Yes, delete it',
		no: 'Keep it',
	},
	watch: {
		title: 'Your cameras',
		from: (from: string) => `Footage since ${from}`,
		player: 'Player',
		play: 'Play',
		pause: 'Pause',
		back: 'Back 10 seconds',
		forward: 'Forward 10 seconds',
		timeline: 'Timeline',
		keys: 'Arrow keys move; Shift moves farther. Plus and minus zoom. Home and End go to the oldest and newest footage.',
		less: 'Show more time',
		more: 'Show less time',
		across,
		speed: 'Speed',
		frameBack: 'Previous frame',
		frameOn: 'Next frame',
		goTo: 'Go to time',
		saveClip: 'Save clip',
		savePicture: 'Save picture',
		pin: 'Pin',
		remove: 'Delete',
		undo: 'Undo',
		pictureSaved: 'Picture saved.',
		noPicture: 'There is no picture to save yet.',
		dayBefore: 'Previous day with footage',
		dayAfter: 'Next day with footage',
		loading: 'Opening the footage …',
		seeking: 'Finding that moment …',
		noFootage: 'This camera has no footage.',
		gap: (from: string, to: string, reason: string) =>
			`Nothing recorded from ${from} to ${to}: ${reason}.`,
		skipped: (n: number) => `${count(n, 'second was', 'seconds were')} damaged and left out.`,
		retry: 'Try again',
		gone: 'This camera is not on this device.',
	},
	clip: {
		title: 'Save clip',
		looking: 'Checking the footage …',
		nothing: 'There is no footage in this span. Move its ends on the timeline.',
		holds: (from: string, to: string, length: string, size: string) =>
			`${from} to ${to}: ${length}, about ${size}.`,
		length: (ms: number) => across(Math.round(ms / 100) * 100),
		gaps: (n: number) => `${count(n, 'gap is', 'gaps are')} left out.`,
		format: 'Format',
		formats: {
			mp4: 'MP4, plays everywhere',
			'mp4-opus': 'MP4 with sound (Opus), plays in browsers and most players',
		},
		noSound: 'This browser cannot encode sound that plays everywhere, so this clip has none.',
		tooLarge: 'This clip is too large for this browser. Choose a shorter span.',
		saving: 'Saving the clip …',
		progress: 'Progress',
		saved: 'The clip is in your downloads.',
		missing: (n: number) => `${count(n, 'second was', 'seconds were')} damaged and left out.`,
		reencoded: 'The picture size changed partway through, so the clip was re-encoded.',
		save: 'Save',
		share: 'Share',
		cancel: 'Cancel',
		done: 'Done',
		start: 'Start of the span',
		end: 'End of the span',
	},
	close: 'Close',
	help: {
		title: 'Help',
		answers,
	},
	goTo: {
		title: 'Go to time',
		time: 'Time',
		go: 'Go',
		cancel: 'Cancel',
		monthBefore: 'Previous month',
		monthAfter: 'Next month',
		footage: (day: string) => `${day}, has footage`,
		none: (day: string) => `${day}, no footage`,
	},
	check,
	events,
	guard,
	permanence,
	plan,
	settings: {
		connect: 'Pair a device',
		title: 'Settings',
		camera: 'This device as a camera',
		language: 'Language',
		theme: 'Theme',
		themes: { system: 'Same as device', light: 'Light', dark: 'Dark' },
		storage: 'Storage',
		about: 'About this device',
	},
	install: {
		title: 'Install',
		why: 'The installed app opens with one tap, even offline, and the browser keeps its footage longer.',
		button: 'Install the app',
		installed: 'The app is installed on this device.',
		ways: {
			ios: 'In Safari, tap Share, then “Add to Home Screen”.',
			mac: 'In Safari, choose File, then “Add to Dock”.',
			'firefox-phone': 'In Firefox, open the menu, then tap “Add app to Home screen”.',
			'firefox-computer':
				'Firefox on a computer may not install apps. A tab works just as well; Chrome, Edge and Safari can install it.',
			menu: 'Open the browser’s menu and look for “Install” or “Add to Home screen”.',
		},
	},
	more: { title: 'More' },
	error: {
		title: 'This page does not exist',
		next: 'Go to the start page',
		broken: 'This page stopped working',
	},
	startFault: 'Spy-cam could not start.',
	trouble: 'Something is not working.',
	chunk: {
		what: 'Part of the app did not load.',
		next: 'Try again once you are connected.',
		recording: 'Recording continues. Try again later.',
	},
	version: {
		ready: 'A new version is ready.',
		later: 'Recording continues. You can update once it stops.',
		update: 'Update',
		refused: 'Another tab in this browser is recording. Stop recording there first.',
		failed: 'The new version did not start. Try again, or close all Spy-cam tabs.',
	},
	rec: 'REC',
	gaps,
	promises,
	...shared,
	span,
};

/** What a language must say. */
export type Words = typeof en;
