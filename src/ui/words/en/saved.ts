import { named } from '#ui/words/format/named.ts';

/** All saved footage of this device. */
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
	nothing: 'Nothing is saved on this device.',
	nothingNext: 'Use this device as a camera, and its footage will be here.',
	watch: 'Watch live',
	notes: (n: number) => (n === 1 ? '1 technical note' : `${String(n)} technical notes`),
	quiet: 'Nothing happened on this day.',
};

export type SavedWords = typeof saved;
