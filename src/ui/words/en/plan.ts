import type { When } from '#domain/recording/schedule.ts';

const when: Readonly<Record<When, string>> = {
	'by-hand': 'When I say',
	always: 'Always',
	times: 'At these times',
	away: 'When I am away',
};

const notes: Readonly<Record<When, string>> = {
	'by-hand': 'From Start to Stop.',
	always: 'It begins by itself whenever this page is open.',
	times: 'It begins and stops by itself. The page must be open.',
	away: 'A switch on the start page says whether you are at home.',
};

/** When it records. */
export const plan = {
	title: 'When it records',
	when,
	notes,
	from: 'From',
	until: 'Until',
	days: 'Days',
	overnight: 'until the next day',
	noDays: 'Choose at least one day.',
	add: 'Add a time',
	remove: (n: number) => `Remove time ${String(n)}`,
	removed: 'Removed.',
	undo: 'Undo',
	none: 'No time is set yet, so nothing is recorded.',
	home: 'I am at home',
	away: 'I am away',
	presence: 'At home or away',
	rests: (until: string | null) =>
		until === null ? 'It rests, as planned.' : `It rests until ${until}, as planned.`,
	records: (until: string | null) =>
		until === null ? 'It records, as planned.' : `It records until ${until}, as planned.`,
	recordNow: 'Record now',
	change: 'Change',
};
