import type { PlanMode } from '#domain/recording/schedule.ts';

const when: Readonly<Record<PlanMode, string>> = {
	'by-hand': 'Manually',
	always: 'Always',
	times: 'At these times',
	away: 'When I am away',
};

const notes: Readonly<Record<PlanMode, string>> = {
	'by-hand': 'From Start to Stop.',
	always: 'Starts automatically whenever this page is open.',
	times: 'Starts and stops automatically. This page must be open.',
	away: 'Use the switch on the start page to say whether you are home.',
};

/** When it records. */
export const plan = {
	title: 'When to record',
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
		until === null ? 'Paused, as scheduled.' : `Paused until ${until}, as scheduled.`,
	records: (until: string | null) =>
		until === null ? 'Recording, as scheduled.' : `Recording until ${until}, as scheduled.`,
	recordNow: 'Record now',
	change: 'Change',
};
