import { listed, named } from '#ui/words/format/named.ts';

/** Where a moment is, by what has it, nearest first. */
const places = {
	here: 'On this device',
	relay: 'At the relay',
	camera: 'On the camera',
	'here,relay': 'On this device and at the relay',
	'relay,camera': 'At the relay and on the camera',
	'here,camera': 'On this device and on the camera',
	'here,relay,camera': 'On this device, at the relay and on the camera',
};
const others = {
	here: 'this device still has them',
	relay: 'the relay still has them',
	camera: 'the camera still has them',
};
type Place = keyof typeof others;

/** About how much is not there. */
const amount = (segments: number) =>
	segments === 0
		? 'Some footage'
		: segments < 120
			? `${String(segments)} s`
			: `${String(Math.round(segments / 60))} min`;
const where = (at: Place) =>
	({ here: 'on this device', relay: 'at the relay', camera: 'on the camera' })[at];
const who = (at: Place) => ({ here: 'This device', relay: 'The relay', camera: 'The camera' })[at];

/** All saved footage of the home. */
export const saved = {
	title: 'Saved footage',
	loading: 'Looking for footage …',
	days: 'Days with footage',
	cameras: (day: string) => `Footage on ${day}`,
	/** A part of a day, in percent. */
	covered: (day: string, percent: string) => `${day}, ${percent} recorded`,
	play: (name: string, from: string) => `${named(name)}, from ${from}`,
	none: 'Nothing on this day.',
	pinned: 'Pinned',
	nothing: 'Nothing is saved yet.',
	nothingNext: 'Use this device as a camera, and its footage will be here.',
	chooseAtCamera: 'Open the camera under Watch to see how that can be changed.',
	earlier: 'Earlier cameras',
	earlierNote: 'No longer in your home. What they saved is kept until you delete it.',
	range: (from: string, until: string) => `${from} to ${until}`,
	where: {
		place: (origins: readonly Place[]) => places[origins.join() as keyof typeof places],
		upTo: (moment: string) => `At the relay up to ${moment}`,
		asking: 'Asking the relay …',
		tryAgain: 'Try again',
		away: {
			what: 'The relay cannot be reached.',
			next: 'What is on this device is shown. The rest follows by itself.',
			nothing: 'What was saved there shows by itself once it answers.',
		},
		refused: {
			what: 'This device may only watch live.',
			next: 'An owner can let it see saved footage under Settings, Devices.',
		},
		/** This home has no relay. */
		none: (name: string) => ({
			what: `Without a relay, what ${named(name)} saves stays on it.`,
			next: `Open Spy-cam on ${named(name)} to play it.`,
		}),
		/** Nobody chose to copy it. */
		notCopied: (name: string) => `Nothing of ${named(name)} is copied to the relay.`,
		chooseHere: 'Choose under Camera settings what is copied. Then it can be played from here.',
		chooseThere: (name: string) =>
			`Open Spy-cam on ${named(name)} to play it, or choose there under Storage what is copied.`,
		ask: (owners: readonly string[]) =>
			owners.length === 0
				? 'Only an owner can change that.'
				: `Only an owner can change that: ${listed(owners)}.`,
		nothingYet: 'Nothing has reached the relay yet.',
		/** Of a camera that is no longer of the home, or never was. */
		nothingLeft: 'Nothing of this camera is saved anywhere.',
		locked: {
			what: 'This device does not have the key to this moment.',
			camera: (name: string) =>
				`${named(name)} hands it out when it is online. Footage from before this device joined needs an owner: Settings, Devices.`,
			gone: 'An owner’s device can play it, or any device that could before.',
		},
	},
	/** What is wrong with footage somewhere. */
	problem: {
		missing: (segments: number, at: Place, origins: readonly Place[]) =>
			[`${amount(segments)} ${segments === 0 ? 'is' : 'are'} missing ${where(at)}`]
				.concat(origins.map((one) => others[one]))
				.join('; ') + '.',
		left: (at: Place) => `Older footage is no longer ${where(at)}: newer needed the space.`,
		old: (at: Place) => `${who(at)} shows old data: this device has seen newer footage there.`,
		withheld: (at: Place) => `${who(at)} tells of less than the camera signed.`,
		forged: (at: Place) =>
			`${who(at)} sent something that the camera did not sign. None of it is shown.`,
		more: (n: number) => (n === 1 ? 'One more of these.' : `${String(n)} more of these.`),
		asked: 'The camera was asked to send it again.',
	},
	watch: 'Watch live',
	notes: (n: number) => (n === 1 ? '1 technical note' : `${String(n)} technical notes`),
	quiet: 'Nothing happened on this day.',
};

export type SavedWords = typeof saved;
