import type { plan as english } from '#ui/words/en/plan.ts';

export const plan: typeof english = {
	title: 'Aufnahmezeiten',
	when: {
		'by-hand': 'Von Hand',
		always: 'Immer',
		times: 'Zu diesen Zeiten',
		away: 'Wenn ich weg bin',
	},
	notes: {
		'by-hand': 'Von Start bis Stopp.',
		always: 'Startet automatisch, sobald diese Seite offen ist.',
		times: 'Startet und endet automatisch. Diese Seite muss offen sein.',
		away: 'Stelle mit dem Schalter auf der Startseite ein, ob du zu Hause bist.',
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
		until === null ? 'Pausiert wie geplant.' : `Pausiert bis ${until}, wie geplant.`,
	records: (until) =>
		until === null ? 'Nimmt auf wie geplant.' : `Nimmt bis ${until} auf, wie geplant.`,
	recordNow: 'Jetzt aufnehmen',
	change: 'Ändern',
};
