import type { PromiseName } from '#domain/recording/promises.ts';
import type { Gap } from '#domain/footage/timeline.ts';

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
	rotated: 'the recorder was being replaced',
	interrupted: 'the browser was closed or this device went off',
	'clock-step': 'the clock of this device was set',
	changed: 'the camera settings were changed',
	stalled: 'the camera gave no picture',
	unplugged: 'the camera was unplugged or taken away',
	denied: 'the browser withdrew the camera',
	quota: 'there was no room left',
	store: 'the browser’s database did not answer',
	failed: 'the recorder failed and was restarted',
	deleted: 'it was deleted to make room, or by you',
	damaged: 'this part is damaged',
	'not-started': 'recording had not started',
};

const promises: Readonly<Record<PromiseName, string>> = {
	awake: 'The screen stays on while it records.',
	'not-awake': 'This browser cannot keep the screen on. Set the screen to stay on yourself.',
	'background-stops':
		'Recording stops when the screen goes off or another app is in front. Keep it plugged in and open.',
	'background-goes-on': 'It records on when this tab is hidden. The computer must stay awake.',
	'front-only': 'This browser records only while this page is in front.',
	kept: 'The browser keeps the footage until you delete it.',
	'may-be-cleared':
		'The browser may delete footage when the disk is nearly full, or when you clear its data.',
	'seven-days':
		'Safari deletes footage after seven days without a visit. Add this page to the Home Screen to keep it.',
	'keys-sealed': 'Footage is sealed before it is stored. Only devices of your home get the keys.',
	'keys-readable':
		'This browser cannot lock the keys away: whoever reads its files can open the footage.',
	'keys-memory':
		'This browser keeps no keys: the footage cannot be opened once this tab is closed.',
	localhost:
		'What is recorded on “localhost” stays on this address. Another address is another, empty camera.',
	'no-sound': 'This browser records the picture only, without sound.',
};

export const en = {
	locale: 'en-GB',
	app: 'Spy-cam',
	nav: { label: 'Main', record: 'Record', watch: 'Watch', saved: 'Saved', more: 'More' },
	home: {
		title: 'What should this device do?',
		again: 'Your cameras',
		lead: 'No account, no cloud. The footage stays in this browser.',
		record: 'Use this device as a camera',
		recordNote: 'It records what it sees, as long as this page is open.',
		watch: 'Watch my cameras',
		watchNote: 'All cameras of your home, live.',
		saved: 'Saved footage',
		savedNote: 'Play any moment again.',
		lost: 'Lost all your devices? Come back with a recovery kit',
	},
	camera: {
		title: 'Camera',
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
		soundNote:
			'Off unless you decide otherwise. Recording people’s words can need their consent by law.',
		name: 'Name of this camera',
		namePlaceholder: 'Hall, workshop, nursery …',
		unnamed: 'This camera',
		limits: 'What this browser can and cannot do',
		opening: 'Waiting for the camera. If the browser asks, allow it.',
		loading: 'Opening your camera …',
		preview: 'Not recording',
		starting: 'Starting. The first second is on its way …',
		recording: (since: string) => `Recording since ${since}`,
		saved: (until: string) => `Saved up to ${until}`,
		blind: (reason: string) => `Not saving: ${reason}`,
		notSaving: 'Not saving',
		blindNext: 'It tries again by itself.',
		elsewhere: 'Another tab of this browser is recording with this camera.',
		notYet: 'This device cannot become a camera yet.',
		notYetNext:
			'Somebody uses the recovery kit of this home. Answer that notice first, then open this page again.',
		elsewhereNext: 'Go on there, or close that tab and try again here.',
		off: 'The camera is off',
		play: 'Play what was saved',
		tryAgain: 'Try again',
		notes: {
			'sound-missing': 'Recording without sound: the browser gave none.',
			muted: 'The camera is muted by this device. There is no picture for now.',
		},
		full: 'Storage is full. New footage replaces the oldest.',
		acceptTitle: 'This browser keeps no keys',
		acceptWhat: 'Footage recorded here cannot be opened once this tab is closed.',
		accept: 'Record anyway',
		previewLabel: 'What the camera sees',
	},
	keyless: {
		title: 'The keys to this footage are gone',
		what: (size: string) =>
			`${size} of footage lie here, but this browser no longer has the keys. They cannot be opened.`,
		next: 'If the browser was only interrupted, reload. Otherwise delete the footage and begin anew.',
		reload: 'Reload',
		clear: 'Delete the footage and begin anew',
		sure: 'Really delete? It cannot be undone.',
		yes: 'Yes, delete it',
		no: 'Keep it',
	},
	watch: {
		title: 'My cameras',
		from: (from: string) => `Footage since ${from}`,
		player: 'Player',
		play: 'Play',
		pause: 'Pause',
		back: 'Back 10 seconds',
		forward: 'Forward 10 seconds',
		timeline: 'Timeline',
		keys: 'Arrow keys move, with Shift farther. Plus and minus zoom. Home and End go to the first and the newest footage.',
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
		pictureSaved: 'The picture is saved.',
		noPicture: 'There is no picture to save yet.',
		dayBefore: 'Previous day with footage',
		dayAfter: 'Next day with footage',
		loading: 'Opening the footage …',
		seeking: 'Looking for that moment …',
		noFootage: 'This camera has no footage.',
		gap: (from: string, to: string, reason: string) =>
			`Nothing recorded from ${from} to ${to}: ${reason}.`,
		skipped: (n: number) => `${count(n, 'second was', 'seconds were')} damaged and left out.`,
		retry: 'Try again',
		gone: 'This camera is not on this device.',
	},
	clip: {
		title: 'Save clip',
		looking: 'Looking what there is …',
		nothing: 'There is no footage in this span. Move its ends on the ribbon.',
		holds: (from: string, to: string, length: string, size: string) =>
			`${from} to ${to}: ${length}, about ${size}.`,
		length: (ms: number) => across(Math.round(ms / 100) * 100),
		gaps: (n: number) => `${count(n, 'gap is', 'gaps are')} left out.`,
		format: 'Format',
		formats: {
			mp4: 'MP4, plays everywhere',
			'mp4-opus': 'MP4 with sound (Opus), plays in browsers and most players',
		},
		noSound: 'This browser cannot make sound that plays everywhere: this clip has none.',
		tooLarge: 'This is more than this browser can hold at once. Mark a shorter span.',
		hint: 'Drag the two handles on the ribbon to change the span.',
		saving: 'Saving the clip …',
		progress: 'Progress',
		saved: 'The clip is saved in your downloads.',
		missing: (n: number) => `${count(n, 'second was', 'seconds were')} damaged and left out.`,
		reencoded: 'The picture changed its size in between, so all of it was encoded anew.',
		save: 'Save',
		share: 'Share',
		cancel: 'Cancel',
		done: 'Done',
		start: 'Start of the span',
		end: 'End of the span',
	},
	close: 'Close',
	marks: {
		deleted: (from: string, to: string) =>
			`Deleted: ${from} to ${to}. It can come back for ten minutes.`,
		pinned: (from: string, to: string) => `Pinned: ${from} to ${to}. Nothing deletes it.`,
		unpinned: (from: string, to: string) => `No longer pinned: ${from} to ${to}.`,
		restored: 'It is back.',
		'is-pinned': 'A part of it is pinned. Take the pin away first.',
		full: 'There is no room for more pins. Take one away first, or give footage more room under Storage.',
		nothing: 'There is no footage in it.',
		'too-late': 'It is too late: that footage is gone for good.',
	},
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
		connect: 'Connect a device',
		title: 'Settings',
		camera: 'This device as a camera',
		language: 'Language',
		theme: 'Look',
		themes: { system: 'As on this device', light: 'Light', dark: 'Dark' },
		storage: 'Storage',
		about: 'About this device',
	},
	install: {
		title: 'Install',
		why: 'As an app it opens with one tap, also without a connection, and the browser keeps its footage longer.',
		button: 'Install the app',
		installed: 'The app is installed on this device.',
		ways: {
			ios: 'In Safari, tap Share, then “Add to Home Screen”.',
			mac: 'In Safari, choose File, then “Add to Dock”.',
			'firefox-phone': 'In Firefox, open the menu, then tap “Add app to Home screen”.',
			'firefox-computer':
				'Firefox on a computer may not install apps. It works as well in a tab; Chrome, Edge and Safari can install it.',
			menu: 'Open the browser’s menu and look for “Install” or “Add to Home screen”.',
		},
	},
	more: { title: 'More' },
	error: {
		title: 'This page does not exist',
		next: 'Go to the start page',
		broken: 'This page broke',
	},
	startFault: 'Spy-cam could not start.',
	trouble: 'Something does not work.',
	chunk: {
		what: 'A part of the app did not load.',
		next: 'Try again when there is a connection.',
		recording: 'Recording goes on. Try again later.',
	},
	version: {
		ready: 'A new version is ready.',
		later: 'Recording goes on. The new version can start once recording stops.',
		update: 'Update',
		refused: 'Another tab of this browser is recording. Stop recording there first.',
		failed: 'The new version did not start. Try again, or close all tabs of this app.',
	},
	rec: 'REC',
	gaps,
	promises,
	...shared,
	span,
};

/** What a language must say. */
export type Words = typeof en;
