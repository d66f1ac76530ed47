import { check } from './check.ts';
import { events } from './events.ts';
import { guard } from './guard.ts';
import { answers } from './help.ts';
import type { Words } from '#ui/words/en/index.ts';
import { permanence } from './permanence.ts';
import { plan } from './plan.ts';
import { GERMAN } from '#ui/words/format/formats.ts';

const { across, count, shared } = GERMAN;

function span(ms: number): string {
	const minutes = Math.round(ms / 60_000);
	if (minutes < 1) return 'weniger als eine Minute';
	if (minutes < 60) return count(minutes, 'Minute', 'Minuten');
	if (minutes < 48 * 60) return count(Math.round(minutes / 6) / 10, 'Stunde', 'Stunden');
	return count(Math.round(minutes / 144) / 10, 'Tag', 'Tage');
}

const promises: Words['promises'] = {
	awake: 'Der Bildschirm bleibt an, solange aufgenommen wird.',
	'not-awake':
		'Dieser Browser kann den Bildschirm nicht anlassen. Stelle ihn selbst auf „immer an“.',
	'background-stops':
		'Die Aufnahme stoppt, wenn der Bildschirm ausgeht oder eine andere App vorn ist. Lass das Gerät am Strom und die Seite offen.',
	'background-goes-on':
		'Auch wenn dieser Tab verdeckt ist, wird aufgenommen. Der Computer muss wach bleiben.',
	'front-only': 'Dieser Browser nimmt nur auf, solange diese Seite vorn ist.',
	kept: 'Der Browser behält die Aufnahmen, bis du sie löschst.',
	'may-be-cleared':
		'Der Browser kann Aufnahmen löschen, wenn die Platte fast voll ist oder du seine Daten löschst.',
	'seven-days':
		'Safari löscht Aufnahmen nach sieben Tagen ohne Besuch. Lege die Seite auf den Home-Bildschirm, dann bleiben sie.',
	'keys-sealed':
		'Aufnahmen werden versiegelt, bevor sie gespeichert werden. Die Schlüssel bekommen nur Geräte deines Zuhauses.',
	'keys-readable':
		'Dieser Browser kann die Schlüssel nicht wegschließen: Wer seine Dateien liest, kann die Aufnahmen öffnen.',
	'keys-memory':
		'Dieser Browser behält keine Schlüssel: Ist der Tab zu, lassen sich die Aufnahmen nicht mehr öffnen.',
	localhost:
		'Was auf „localhost“ aufgenommen wird, bleibt bei dieser Adresse. Eine andere Adresse ist eine andere, leere Kamera.',
	'no-sound': 'Dieser Browser nimmt nur das Bild auf, ohne Ton.',
};

export const de: Words = {
	locale: 'de-DE',
	app: 'Spy-cam',
	nav: {
		label: 'Hauptmenü',
		record: 'Aufnehmen',
		watch: 'Ansehen',
		saved: 'Gespeichert',
		more: 'Mehr',
	},
	home: {
		title: 'Was soll dieses Gerät tun?',
		again: 'Deine Kameras',
		lead: 'Kein Konto, keine Cloud. Die Aufnahmen bleiben in diesem Browser.',
		record: 'Dieses Gerät als Kamera nutzen',
		recordNote: 'Es nimmt auf, was es sieht, solange diese Seite offen ist.',
		watch: 'Meine Kameras ansehen',
		watchNote: 'Alle Kameras deines Zuhauses, live.',
		saved: 'Gespeicherte Aufnahmen',
		savedNote: 'Jeden Moment noch einmal abspielen.',
		lost: 'Alle Geräte verloren? Mit dem Notfallblatt zurückkommen',
	},
	camera: {
		title: 'Kamera',
		start: 'Aufnahme starten',
		stop: 'Aufnahme beenden',
		lens: 'Kamera',
		anyLens: 'Vom Browser gewählt',
		unnamedLens: (n) => `Kamera ${String(n)}`,
		quality: 'Qualität',
		qualities: {
			low: 'Niedrig · 360p · 10 B/s',
			standard: 'Normal · 720p · 15 B/s',
			high: 'Hoch · 1080p · 30 B/s',
		},
		sound: 'Ton aufnehmen',
		soundNote:
			'Aus, solange du nichts anderes entscheidest. Gespräche aufzunehmen kann die Zustimmung aller verlangen.',
		name: 'Name dieser Kamera',
		namePlaceholder: 'Flur, Werkstatt, Kinderzimmer …',
		unnamed: 'Diese Kamera',
		limits: 'Was dieser Browser kann und was nicht',
		opening: 'Warte auf die Kamera. Wenn der Browser fragt, erlaube sie.',
		loading: 'Deine Kamera wird geöffnet …',
		preview: 'Nimmt nicht auf',
		starting: 'Startet. Die erste Sekunde ist unterwegs …',
		recording: (since) => `Nimmt auf seit ${since}`,
		saved: (until) => `Gespeichert bis ${until}`,
		blind: (reason) => `Speichert nicht: ${reason}`,
		notSaving: 'Speichert nicht',
		blindNext: 'Es wird von selbst wieder versucht.',
		elsewhere: 'Ein anderer Tab dieses Browsers nimmt mit dieser Kamera auf.',
		notYet: 'Dieses Gerät kann noch keine Kamera werden.',
		notYetNext:
			'Jemand benutzt das Notfallblatt dieses Zuhauses. Beantworte erst diesen Hinweis und öffne dann diese Seite noch einmal.',
		elsewhereNext: 'Mach dort weiter, oder schließe jenen Tab und versuche es hier noch einmal.',
		off: 'Die Kamera ist aus',
		play: 'Gespeichertes abspielen',
		tryAgain: 'Noch einmal versuchen',
		notes: {
			'sound-missing': 'Aufnahme ohne Ton: Der Browser gab keinen.',
			muted: 'Dieses Gerät hat die Kamera stumm geschaltet. Gerade gibt es kein Bild.',
		},
		full: 'Der Speicher ist voll. Neue Aufnahmen ersetzen die ältesten.',
		acceptTitle: 'Dieser Browser behält keine Schlüssel',
		acceptWhat: 'Was hier aufgenommen wird, lässt sich nicht mehr öffnen, sobald der Tab zu ist.',
		accept: 'Trotzdem aufnehmen',
		previewLabel: 'Was die Kamera sieht',
	},
	keyless: {
		title: 'Die Schlüssel zu diesen Aufnahmen fehlen',
		what: (size) =>
			`${size} Aufnahmen liegen hier, aber dieser Browser hat die Schlüssel nicht mehr. Sie lassen sich nicht öffnen.`,
		next: 'War der Browser nur unterbrochen, lade neu. Sonst lösche die Aufnahmen und fang neu an.',
		reload: 'Neu laden',
		clear: 'Aufnahmen löschen und neu anfangen',
		sure: 'Wirklich löschen? Das lässt sich nicht zurücknehmen.',
		yes: 'Ja, löschen',
		no: 'Behalten',
	},
	watch: {
		title: 'Meine Kameras',
		from: (from) => `Aufnahmen seit ${from}`,
		player: 'Wiedergabe',
		play: 'Abspielen',
		pause: 'Pause',
		back: '10 Sekunden zurück',
		forward: '10 Sekunden vor',
		timeline: 'Zeitleiste',
		keys: 'Pfeiltasten bewegen, mit Umschalt weiter. Plus und Minus zoomen. Pos1 und Ende gehen zur ersten und zur neuesten Aufnahme.',
		less: 'Mehr Zeit zeigen',
		more: 'Weniger Zeit zeigen',
		across,
		speed: 'Tempo',
		frameBack: 'Voriges Bild',
		frameOn: 'Nächstes Bild',
		goTo: 'Gehe zu Zeit',
		saveClip: 'Clip speichern',
		savePicture: 'Bild speichern',
		pin: 'Anheften',
		remove: 'Löschen',
		undo: 'Rückgängig',
		pictureSaved: 'Das Bild ist gespeichert.',
		noPicture: 'Es gibt noch kein Bild zum Speichern.',
		dayBefore: 'Voriger Tag mit Aufnahmen',
		dayAfter: 'Nächster Tag mit Aufnahmen',
		loading: 'Die Aufnahmen werden geöffnet …',
		seeking: 'Der Moment wird gesucht …',
		noFootage: 'Diese Kamera hat keine Aufnahmen.',
		gap: (from, to, reason) => `Von ${from} bis ${to} keine Aufnahme: ${reason}.`,
		skipped: (n) =>
			`${count(n, 'Sekunde war', 'Sekunden waren')} beschädigt und wurden ausgelassen.`,
		retry: 'Noch einmal versuchen',
		gone: 'Diese Kamera ist nicht auf diesem Gerät.',
	},
	clip: {
		title: 'Clip speichern',
		looking: 'Es wird nachgesehen …',
		nothing: 'In diesem Abschnitt ist keine Aufnahme. Verschiebe seine Enden auf der Zeitleiste.',
		holds: (from, to, length, size) => `${from} bis ${to}: ${length}, etwa ${size}.`,
		length: (ms) => across(Math.round(ms / 100) * 100),
		gaps: (n) => `${count(n, 'Lücke wird', 'Lücken werden')} ausgelassen.`,
		format: 'Format',
		formats: {
			mp4: 'MP4, läuft überall',
			'mp4-opus': 'MP4 mit Ton (Opus), läuft in Browsern und den meisten Playern',
		},
		noSound: 'Dieser Browser kann keinen Ton erzeugen, der überall läuft: Dieser Clip hat keinen.',
		tooLarge: 'Das ist mehr, als dieser Browser auf einmal fassen kann. Markiere weniger.',
		hint: 'Ziehe die beiden Griffe auf der Zeitleiste, um den Abschnitt zu ändern.',
		saving: 'Der Clip wird gespeichert …',
		progress: 'Fortschritt',
		saved: 'Der Clip liegt in deinen Downloads.',
		missing: (n) =>
			`${count(n, 'Sekunde war', 'Sekunden waren')} beschädigt und wurden ausgelassen.`,
		reencoded: 'Das Bild hat seine Größe geändert, darum wurde alles neu kodiert.',
		save: 'Speichern',
		share: 'Teilen',
		cancel: 'Abbrechen',
		done: 'Fertig',
		start: 'Anfang des Abschnitts',
		end: 'Ende des Abschnitts',
	},
	close: 'Schließen',
	marks: {
		deleted: (from, to) => `Gelöscht: ${from} bis ${to}. Zehn Minuten lang kann es zurück.`,
		pinned: (from, to) => `Angeheftet: ${from} bis ${to}. Nichts löscht es.`,
		unpinned: (from, to) => `Nicht mehr angeheftet: ${from} bis ${to}.`,
		restored: 'Es ist wieder da.',
		'is-pinned': 'Ein Teil davon ist angeheftet. Löse erst die Anheftung.',
		full: 'Für mehr Angeheftetes ist kein Platz. Löse erst etwas, oder erlaube unter „Speicher“ mehr Platz.',
		nothing: 'Darin ist keine Aufnahme.',
		'too-late': 'Es ist zu spät: Diese Aufnahme ist endgültig gelöscht.',
	},
	help: {
		title: 'Hilfe',
		answers,
	},
	goTo: {
		title: 'Gehe zu Zeit',
		time: 'Uhrzeit',
		go: 'Los',
		cancel: 'Abbrechen',
		monthBefore: 'Voriger Monat',
		monthAfter: 'Nächster Monat',
		footage: (day) => `${day}, mit Aufnahmen`,
		none: (day) => `${day}, ohne Aufnahmen`,
	},
	check,
	events,
	guard,
	permanence,
	plan,
	settings: {
		connect: 'Gerät verbinden',
		title: 'Einstellungen',
		camera: 'Dieses Gerät als Kamera',
		language: 'Sprache',
		theme: 'Aussehen',
		themes: { system: 'Wie auf diesem Gerät', light: 'Hell', dark: 'Dunkel' },
		storage: 'Speicher',
		about: 'Über dieses Gerät',
	},
	install: {
		title: 'Installieren',
		why: 'Als App öffnet sie sich mit einem Tippen, auch ohne Verbindung, und der Browser behält die Aufnahmen länger.',
		button: 'App installieren',
		installed: 'Die App ist auf diesem Gerät installiert.',
		ways: {
			ios: 'Tippe in Safari auf „Teilen“, dann auf „Zum Home-Bildschirm“.',
			mac: 'Wähle in Safari „Ablage“, dann „Zum Dock hinzufügen“.',
			'firefox-phone':
				'Öffne in Firefox das Menü und tippe auf „App zum Startbildschirm hinzufügen“.',
			'firefox-computer':
				'Firefox auf dem Computer installiert womöglich keine Apps. Im Tab geht alles genauso; Chrome, Edge und Safari können sie installieren.',
			menu: 'Öffne das Menü des Browsers und suche „Installieren“ oder „Zum Startbildschirm hinzufügen“.',
		},
	},
	more: { title: 'Mehr' },
	error: {
		title: 'Diese Seite gibt es nicht',
		next: 'Zur Startseite',
		broken: 'Diese Seite ist kaputt gegangen',
	},
	startFault: 'Spy-cam konnte nicht starten.',
	trouble: 'Etwas funktioniert nicht.',
	chunk: {
		what: 'Ein Teil der App wurde nicht geladen.',
		next: 'Versuche es noch einmal, wenn es eine Verbindung gibt.',
		recording: 'Die Aufnahme läuft weiter. Versuche es später noch einmal.',
	},
	version: {
		ready: 'Eine neue Version ist bereit.',
		later: 'Die Aufnahme läuft weiter. Die neue Version kann starten, wenn sie beendet ist.',
		update: 'Aktualisieren',
		refused: 'Ein anderer Tab dieses Browsers nimmt auf. Beende dort zuerst die Aufnahme.',
		failed:
			'Die neue Version ist nicht gestartet. Versuche es noch einmal, oder schließe alle Tabs dieser App.',
	},
	rec: 'REC',
	gaps: {
		stopped: 'die Aufnahme wurde beendet',
		rotated: 'der Rekorder wurde gerade ersetzt',
		interrupted: 'der Browser wurde geschlossen oder das Gerät ging aus',
		'clock-step': 'die Uhr dieses Geräts wurde gestellt',
		changed: 'die Kamera wurde umgestellt',
		stalled: 'die Kamera gab kein Bild',
		unplugged: 'die Kamera wurde abgezogen oder weggenommen',
		denied: 'der Browser entzog die Kamera',
		quota: 'es war kein Platz mehr',
		store: 'die Datenbank des Browsers antwortete nicht',
		failed: 'der Rekorder versagte und wurde neu gestartet',
		deleted: 'gelöscht, um Platz zu schaffen, oder von dir',
		damaged: 'dieser Teil ist beschädigt',
		'not-started': 'die Aufnahme hatte noch nicht begonnen',
	},
	promises,
	...shared,
	span,
};
