import type { events as english } from '#ui/words/en/events.ts';

export const events: typeof english = {
	title: (day) => `Was am ${day} geschah`,
	from: (from, to) => `${from} bis ${to}`,
	kinds: {
		covered: 'Die Linse war verdeckt',
		frozen: 'Das Bild änderte sich nicht',
		moved: 'Dieses Gerät wurde bewegt',
		stalled: 'Die Kamera gab kein Bild, oder dieses Gerät schlief',
		'new-recorder': 'Die Aufnahme wurde neu gestartet',
		'new-lens': 'Die Kamera wurde neu geöffnet',
		reloaded: 'Die Seite wurde neu geladen, weil nichts anderes half',
		'other-lens': 'Eine andere Kamera nahm auf: Die gewählte war nicht da',
		cleared: 'Die Daten dieser Seite wurden im Browser gelöscht',
		unplugged: 'Das Laden hörte auf',
		'spared-rate': 'Weniger Bilder pro Sekunde, um das Gerät zu schonen',
		'spared-size': 'Ein kleineres Bild, um das Gerät zu schonen',
		restored: 'Wieder ein besseres Bild',
		'planned-start': 'Die Aufnahme begann wie geplant',
		'planned-stop': 'Die Aufnahme pausierte wie geplant',
	},
	wrong: {
		covered: {
			what: 'Das Bild ist dunkel: Vielleicht liegt etwas über der Linse.',
			next: 'Schau nach der Linse, oder mach Licht. Es nimmt weiter auf.',
		},
		frozen: {
			what: 'Das Bild hat sich seit einer Minute gar nicht geändert.',
			next: 'Winke in die Kamera. Bewegt sich hier nichts, beende die Aufnahme und starte sie neu.',
		},
	},
};
