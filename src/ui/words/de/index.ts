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
	awake: 'Der Bildschirm bleibt während der Aufnahme an.',
	'not-awake':
		'Dieser Browser kann den Bildschirm nicht eingeschaltet lassen. Stelle am Gerät ein, dass er an bleibt.',
	'background-stops':
		'Die Aufnahme stoppt, wenn der Bildschirm ausgeht oder du die App wechselst. Lass das Gerät am Strom und die Seite offen.',
	'background-goes-on':
		'Die Aufnahme läuft weiter, wenn dieser Tab verdeckt ist. Der Computer muss wach bleiben.',
	'front-only': 'Dieser Browser nimmt nur auf, solange diese Seite zu sehen ist.',
	kept: 'Der Browser behält die Aufnahmen, bis du sie löschst.',
	'may-be-cleared':
		'Der Browser kann Aufnahmen löschen, wenn der Speicher knapp wird oder du seine Daten löschst.',
	'seven-days':
		'Safari löscht Aufnahmen nach sieben Tagen ohne Besuch. Füge die Seite zum Home-Bildschirm hinzu, dann bleiben sie.',
	'keys-sealed':
		'Aufnahmen werden vor dem Speichern verschlüsselt. Die Schlüssel bekommen nur Geräte in deinem Zuhause.',
	'keys-readable':
		'Dieser Browser kann die Schlüssel nicht schützen: Wer seine Dateien lesen kann, kann die Aufnahmen öffnen.',
	'keys-memory':
		'Dieser Browser kann keine Schlüssel speichern: Ist der Tab zu, lassen sich die Aufnahmen nicht mehr öffnen.',
	localhost:
		'Aufnahmen unter „localhost“ bleiben dort. Jede andere Adresse ist eine neue, leere Kamera.',
	'no-sound': 'Dieser Browser nimmt Video ohne Ton auf.',
};

export const de: Words = {
	locale: 'de-DE',
	app: 'Spy-cam',
	skip: 'Zum Inhalt springen',
	titles: { pair: 'Gerät koppeln', recover: 'Notfallblatt verwenden', check: 'Gerät prüfen' },
	recordingNow: 'Nimmt auf',
	nav: {
		label: 'Hauptmenü',
		record: 'Aufnehmen',
		watch: 'Ansehen',
		saved: 'Gespeichert',
		more: 'Mehr',
		devices: 'Geräte',
	},
	home: {
		title: 'Was soll dieses Gerät tun?',
		again: 'Deine Kameras',
		lead: 'Kein Konto, keine Cloud. Die Aufnahmen bleiben in diesem Browser.',
		record: 'Dieses Gerät als Kamera nutzen',
		recordNote: 'Nimmt auf, solange diese Seite offen bleibt.',
		watch: 'Meine Kameras ansehen',
		watchNote: 'Alle Kameras in deinem Zuhause, live.',
		saved: 'Gespeicherte Aufnahmen',
		savedNote: 'Jeden Moment noch einmal abspielen.',
		lost: 'Alle Geräte verloren? Notfallblatt verwenden',
	},
	camera: {
		title: 'Kamera',
		settings: 'Einstellungen der Kamera',
		start: 'Aufnahme starten',
		stop: 'Aufnahme beenden',
		lens: 'Kamera',
		anyLens: 'Vom Browser gewählt',
		unnamedLens: (n) => `Kamera ${String(n)}`,
		quality: 'Qualität',
		qualities: {
			low: 'Niedrig · 360p · 10 Bilder/s',
			standard: 'Normal · 720p · 15 Bilder/s',
			high: 'Hoch · 1080p · 30 Bilder/s',
		},
		sound: 'Ton aufnehmen',
		soundNote:
			'Standardmäßig aus. Gespräche aufzunehmen kann gesetzlich die Zustimmung aller erfordern.',
		name: 'Name dieser Kamera',
		namePlaceholder: 'Flur, Werkstatt, Kinderzimmer …',
		unnamed: 'Diese Kamera',
		limits: 'Was dieser Browser kann und was nicht',
		opening: 'Warten auf die Kamera. Wenn der Browser fragt, erlaube sie.',
		loading: 'Deine Kamera wird geöffnet …',
		preview: 'Nimmt nicht auf',
		starting: 'Aufnahme startet …',
		recording: (since) => `Aufnahme seit ${since}`,
		saved: (until) => `Gespeichert bis ${until}`,
		savedAgo: (ms) => `Vor ${across(Math.round(ms / 1000) * 1000)} gespeichert`,
		blind: (reason) => `Speichert nicht: ${reason}`,
		notSaving: 'Speichert nicht',
		blindNext: 'Spy-cam versucht es weiter.',
		elsewhere: 'Ein anderer Tab in diesem Browser nimmt mit dieser Kamera auf.',
		notYet: 'Dieses Gerät kann noch nicht als Kamera dienen.',
		notYetNext:
			'Jemand verwendet das Notfallblatt dieses Zuhauses. Beantworte zuerst diesen Hinweis und öffne diese Seite dann noch einmal.',
		elsewhereNext: 'Nutze den anderen Tab, oder schließe ihn und versuche es hier noch einmal.',
		off: 'Die Kamera ist aus',
		play: 'Aufnahmen abspielen',
		tryAgain: 'Noch einmal versuchen',
		notes: {
			'sound-missing': 'Aufnahme ohne Ton: Der Browser liefert keinen.',
			muted: 'Dieses Gerät hat die Kamera abgeschaltet. Im Moment gibt es kein Bild.',
		},
		full: 'Der Speicher ist voll. Neue Aufnahmen ersetzen die ältesten.',
		acceptTitle: 'Dieser Browser kann keine Schlüssel speichern',
		acceptWhat: 'Was hier aufgenommen wird, lässt sich nicht mehr öffnen, sobald der Tab zu ist.',
		accept: 'Trotzdem aufnehmen',
		previewLabel: 'Was die Kamera sieht',
	},
	keyless: {
		title: 'Die Schlüssel zu diesen Aufnahmen fehlen',
		what: (size) =>
			`Hier sind ${size} Aufnahmen, aber dieser Browser hat die Schlüssel nicht mehr, um sie zu öffnen.`,
		next: 'War der Browser nur unterbrochen, lade die Seite neu. Sonst lösche die Aufnahmen und fang neu an.',
		reload: 'Neu laden',
		clear: 'Aufnahmen löschen und neu anfangen',
		sure: 'Diese Aufnahmen löschen? Das lässt sich nicht rückgängig machen.',
		yes: 'Ja, löschen',
		no: 'Behalten',
	},
	watch: {
		title: 'Deine Kameras',
		from: (from) => `Aufnahmen seit ${from}`,
		player: 'Wiedergabe',
		play: 'Abspielen',
		pause: 'Pause',
		back: '10 Sekunden zurück',
		forward: '10 Sekunden vor',
		timeline: 'Zeitleiste',
		keys: 'Pfeiltasten bewegen, mit Umschalt weiter. Plus und Minus zoomen. Pos1 und Ende springen zur ältesten und zur neuesten Aufnahme.',
		less: 'Mehr Zeit zeigen',
		more: 'Weniger Zeit zeigen',
		across,
		speed: 'Tempo',
		frameBack: 'Voriges Bild',
		frameOn: 'Nächstes Bild',
		goTo: 'Zeitpunkt wählen',
		saveClip: 'Clip speichern',
		savePicture: 'Bild speichern',
		pin: 'Anheften',
		remove: 'Löschen',
		undo: 'Rückgängig',
		pictureSaved: 'Bild gespeichert.',
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
		looking: 'Die Aufnahmen werden geprüft …',
		nothing: 'In diesem Abschnitt ist keine Aufnahme. Verschiebe seine Enden auf der Zeitleiste.',
		holds: (from, to, length, size) => `${from} bis ${to}: ${length}, etwa ${size}.`,
		length: (ms) => across(Math.round(ms / 100) * 100),
		gaps: (n) => `${count(n, 'Lücke wird', 'Lücken werden')} ausgelassen.`,
		format: 'Format',
		formats: {
			mp4: 'MP4, läuft überall',
			'mp4-opus': 'MP4 mit Ton (Opus), läuft in Browsern und den meisten Playern',
		},
		noSound:
			'Dieser Browser kann keinen Ton erzeugen, der überall läuft. Deshalb hat dieser Clip keinen.',
		tooLarge: 'Dieser Clip ist zu groß für diesen Browser. Wähle einen kürzeren Abschnitt.',
		saving: 'Der Clip wird gespeichert …',
		progress: 'Fortschritt',
		saved: 'Der Clip ist in deinen Downloads.',
		missing: (n) =>
			`${count(n, 'Sekunde war', 'Sekunden waren')} beschädigt und wurden ausgelassen.`,
		reencoded: 'Die Bildgröße ändert sich mittendrin, deshalb wurde der Clip neu kodiert.',
		save: 'Speichern',
		share: 'Teilen',
		cancel: 'Abbrechen',
		done: 'Fertig',
		start: 'Anfang des Abschnitts',
		end: 'Ende des Abschnitts',
	},
	close: 'Schließen',
	help: {
		title: 'Hilfe',
		answers,
	},
	goTo: {
		title: 'Zeitpunkt wählen',
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
		connect: 'Gerät koppeln',
		title: 'Einstellungen',
		camera: 'Dieses Gerät als Kamera',
		language: 'Sprache',
		theme: 'Design',
		themes: { system: 'Wie das Gerät', light: 'Hell', dark: 'Dunkel' },
		storage: 'Speicher',
		about: 'Über dieses Gerät',
	},
	install: {
		title: 'Installieren',
		why: 'Die installierte App öffnest du mit einem Tippen, auch offline, und der Browser behält die Aufnahmen länger.',
		button: 'App installieren',
		installed: 'Die App ist auf diesem Gerät installiert.',
		ways: {
			ios: 'Tippe in Safari auf „Teilen“, dann auf „Zum Home-Bildschirm“.',
			mac: 'Wähle in Safari „Ablage“, dann „Zum Dock hinzufügen“.',
			'firefox-phone':
				'Öffne in Firefox das Menü und tippe auf „App zum Startbildschirm hinzufügen“.',
			'firefox-computer':
				'Firefox auf dem Computer installiert womöglich keine Apps. Im Tab geht alles genauso; Chrome, Edge und Safari können die App installieren.',
			menu: 'Öffne das Menü des Browsers und suche „Installieren“ oder „Zum Startbildschirm hinzufügen“.',
		},
	},
	more: { title: 'Mehr' },
	error: {
		title: 'Diese Seite gibt es nicht',
		next: 'Zur Startseite',
		broken: 'Diese Seite funktioniert gerade nicht',
	},
	startFault: 'Spy-cam konnte nicht starten.',
	trouble: 'Etwas funktioniert nicht.',
	chunk: {
		what: 'Ein Teil der App wurde nicht geladen.',
		next: 'Versuche es noch einmal, sobald du verbunden bist.',
		recording: 'Die Aufnahme läuft weiter. Versuche es später noch einmal.',
	},
	version: {
		ready: 'Eine neue Version ist bereit.',
		later: 'Die Aufnahme läuft weiter. Aktualisieren kannst du, sobald sie beendet ist.',
		update: 'Aktualisieren',
		refused: 'Ein anderer Tab in diesem Browser nimmt auf. Beende dort zuerst die Aufnahme.',
		failed:
			'Die neue Version ist nicht gestartet. Versuche es noch einmal, oder schließe alle Tabs von Spy-cam.',
	},
	rec: 'REC',
	gaps: {
		stopped: 'die Aufnahme wurde beendet',
		rotated: 'der Rekorder wurde neu gestartet',
		interrupted: 'der Browser wurde geschlossen oder das Gerät ging aus',
		'clock-step': 'die Uhr dieses Geräts wurde umgestellt',
		changed: 'die Kameraeinstellungen wurden geändert',
		stalled: 'die Kamera lieferte kein Bild',
		unplugged: 'die Kamera wurde abgezogen oder von einer anderen App belegt',
		denied: 'der Browser entzog den Kamerazugriff',
		quota: 'kein Speicherplatz mehr frei',
		store: 'die Datenbank des Browsers antwortete nicht',
		failed: 'der Rekorder fiel aus und wurde neu gestartet',
		deleted: 'gelöscht',
		evicted: 'es hat Platz für Neueres gemacht',
		damaged: 'dieser Teil ist beschädigt',
		'not-started': 'die Aufnahme hatte noch nicht begonnen',
		unknown: 'die Aufnahme fiel aus; den Grund kennt nur eine neuere Version dieser App',
	},
	promises,
	...shared,
	span,
};
