import type { events as english } from '#ui/words/en/events.ts';

export const events: typeof english = {
	title: (day) => `Ereignisse am ${day}`,
	from: (from, to) => `${from} bis ${to}`,
	kinds: {
		covered: 'Die Kamera war verdeckt',
		frozen: 'Das Bild stand still',
		moved: 'Dieses Gerät wurde bewegt',
		stalled: 'Die Kamera lieferte kein Bild, oder dieses Gerät schlief',
		'new-recorder': 'Der Rekorder wurde neu gestartet',
		'new-lens': 'Die Kamera wurde neu geöffnet',
		reloaded: 'Die Seite wurde neu geladen, weil nichts anderes half',
		'other-lens': 'Eine andere Kamera nahm auf: Die gewählte fehlte',
		cleared: 'Die Daten dieser Seite wurden im Browser gelöscht',
		unplugged: 'Das Gerät lädt nicht mehr',
		'spared-rate': 'Bildrate gesenkt, um das Gerät zu schonen',
		'spared-size': 'Auflösung gesenkt, um das Gerät zu schonen',
		restored: 'Qualität wieder erhöht',
		'planned-start': 'Die Aufnahme begann wie geplant',
		'planned-stop': 'Die Aufnahme pausierte wie geplant',
		'copy-lost': 'Dem Relay fehlten Aufnahmen, deren Empfang es bestätigt hatte',
	},
	wrong: {
		covered: {
			what: 'Das Bild ist dunkel: Vielleicht verdeckt etwas die Kamera.',
			next: 'Sieh nach der Kamera oder mach Licht. Die Aufnahme läuft weiter.',
		},
		frozen: {
			what: 'Das Bild hat sich seit einer Minute gar nicht geändert.',
			next: 'Winke in die Kamera. Bewegt sich hier nichts, beende die Aufnahme und starte sie neu.',
		},
	},
};
