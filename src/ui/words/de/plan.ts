import type { plan as english } from '#ui/words/en/plan.ts';

export const plan: typeof english = {
	title: 'Wann es aufnimmt',
	when: {
		'by-hand': 'Wenn ich es sage',
		always: 'Immer',
		times: 'Zu diesen Zeiten',
		away: 'Wenn ich weg bin',
	},
	notes: {
		'by-hand': 'Von Start bis Stopp.',
		always: 'Es beginnt von selbst, sobald diese Seite offen ist.',
		times: 'Es beginnt und endet von selbst. Die Seite muss offen sein.',
		away: 'Ein Schalter auf der Startseite sagt, ob du zu Hause bist.',
	},
	from: 'Von',
	until: 'Bis',
	days: 'Tage',
	overnight: 'bis zum nächsten Tag',
	noDays: 'Wähle mindestens einen Tag.',
	add: 'Zeit hinzufügen',
	remove: (n) => `Zeit ${String(n)} entfernen`,
	removed: 'Entfernt.',
	undo: 'Rückgängig',
	none: 'Noch ist keine Zeit festgelegt, also wird nichts aufgenommen.',
	home: 'Ich bin zu Hause',
	away: 'Ich bin weg',
	presence: 'Zu Hause oder weg',
	rests: (until) =>
		until === null ? 'Es ruht wie geplant.' : `Es ruht bis ${until}, wie geplant.`,
	records: (until) =>
		until === null ? 'Es nimmt auf wie geplant.' : `Es nimmt auf bis ${until}, wie geplant.`,
	recordNow: 'Jetzt aufnehmen',
	change: 'Ändern',
};
