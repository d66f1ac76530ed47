import type { Ordered } from '#domain/event.ts';
import type { events as english } from './en-events.ts';

function asked({ name, value }: Ordered): string {
	switch (name) {
		case 'lens':
			return 'hat die Linse gewechselt';
		case 'torch':
			return value === true ? 'hat die Lampe eingeschaltet' : 'hat die Lampe ausgeschaltet';
		case 'quality':
			return 'hat die Qualität geändert';
		case 'start':
			return 'hat die Aufnahme gestartet';
		case 'stop':
			return 'hat die Aufnahme beendet';
		case 'guard':
			return value === true ? 'hat den Wachmodus eingeschaltet' : 'hat den Wachmodus beendet';
		case 'restart':
			return 'hat die Kamera neu gestartet';
		case 'siren':
			return value === true ? 'hat die Sirene eingeschaltet' : 'hat die Sirene ausgeschaltet';
		case 'talk':
			return 'hat durch dieses Gerät gesprochen';
	}
}

const orders: Readonly<Record<Ordered['name'], string>> = {
	lens: 'die Linse wechseln',
	torch: 'die Lampe schalten',
	quality: 'die Qualität ändern',
	start: 'die Aufnahme starten',
	stop: 'die Aufnahme beenden',
	guard: 'den Wachmodus einschalten',
	restart: 'die Kamera neu starten',
	siren: 'die Sirene schalten',
	talk: 'durch dieses Gerät sprechen',
};

const guardOff = 'den Wachmodus beenden';

export const events: typeof english = {
	title: (day) => `Was am ${day} geschah`,
	from: (from, to) => `${from} bis ${to}`,
	kinds: {
		covered: 'Die Linse war verdeckt',
		frozen: 'Das Bild änderte sich nicht',
		moved: 'Dieses Gerät wurde bewegt',
		'new-recorder': 'Die Aufnahme wurde neu gestartet',
		'new-lens': 'Die Kamera wurde neu geöffnet',
		reloaded: 'Die Seite wurde neu geladen, weil nichts anderes half',
		unplugged: 'Das Laden hörte auf',
		'spared-rate': 'Weniger Bilder pro Sekunde, um das Gerät zu schonen',
		'spared-size': 'Ein kleineres Bild, um das Gerät zu schonen',
		restored: 'Wieder ein besseres Bild',
		'planned-start': 'Die Aufnahme begann wie geplant',
		'planned-stop': 'Die Aufnahme pausierte wie geplant',
	},
	someone: 'Jemand',
	watched: (name) => `${name} hat zugesehen`,
	sealed: (name) => `${name} bekam versiegelte Bilder vom Relais, ohne Schlüssel dafür`,
	ordered: (name, order) => `${name} ${asked(order)}`,
	refused: (name, { name: what, value, fault }) => {
		const wanted = what === 'guard' && value !== true ? guardOff : orders[what];
		return `${name} wollte ${wanted}: ${fault === 'denied' ? 'abgelehnt' : 'nicht gelungen'}`;
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
