import type { LiveWords } from '#ui/words/en/live.ts';
import { GERMAN } from '#ui/words/format/formats.ts';
import { listed, named } from '#ui/words/format/named.ts';

const { across } = GERMAN;

const age = (ms: number) =>
	ms < 1000 ? 'unter 1 s alt' : `${across(Math.floor(ms / 1000) * 1000)} alt`;

/** A picture is late from here on, ms. */
const LATE_MS = 2000;

const trying: LiveWords['trying'] = {
	direct: 'Verbinde …',
	turn: 'Verbinde …',
	relayed: 'Verbinde …',
	relay: 'Das Relay ist nicht erreichbar. Neuer Versuch …',
	camera: 'Warten auf die Kamera …',
	local: 'Die Kamera wird geöffnet …',
};

const elsewhere = 'An der Kamera ist etwas schiefgegangen. Sieh auf ihrem Bildschirm nach.';

export const live: LiveWords = {
	age,
	live: 'Live',
	liveAge: (ms) => (ms < LATE_MS ? 'Live' : `${across(Math.floor(ms / 1000) * 1000)} verzögert`),
	trying,
	stale: (ms, what) => `${age(ms)}. ${trying[what]}`,
	ended: {
		revoked: {
			what: 'Dieses Gerät wurde aus dem Zuhause entfernt.',
			next: 'Ein Besitzer kann es neu koppeln.',
		},
		'camera-away': {
			what: 'Diese Kamera ist offline.',
			next: 'Vielleicht ist ihre Seite zu oder ihr Netz weg. Das Bild kommt von selbst zurück.',
		},
		'camera-off': {
			what: 'Diese Kamera ist aus.',
			next: 'Das Bild kommt zurück, sobald sie aufnimmt.',
		},
		'no-relay': {
			what: 'Dieses Gerät ist nicht verbunden.',
			next: 'Geräte finden sich über ein Relay, und dieses versucht es weiter. Ohne Relay drücke unter Ansehen „Neu verbinden“.',
		},
		failed: {
			what: 'Keine Verbindung zu dieser Kamera.',
			next: 'Prüfe, ob ihre Seite offen ist und Netz hat, und versuche es noch einmal.',
		},
	},
	offline: 'Offline',
	connecting: 'Verbinde …',
	kinds: {
		off: 'Aus',
		starting: 'Startet …',
		preview: 'Nimmt nicht auf',
		recording: 'Nimmt auf',
		blind: 'Speichert nicht',
	},
	elsewhere: 'Ein anderer Tab in diesem Browser ist diese Kamera.',
	more: {
		add: 'Weitere Kamera hinzufügen',
		remove: 'Diese Kamera entfernen',
		removed: (name) => `${named(name)} wurde entfernt.`,
		removedNext: 'Die Aufnahmen sind noch hier: unter „Ansehen“.',
		undo: 'Rückgängig',
	},
	way(path, reason) {
		switch (path) {
			case 'local':
				return 'Von der Kamera dieses Geräts';
			case 'direct':
				return 'Direkt, über dein Netz';
			case 'turn':
				return 'Über einen Server, trotzdem privat';
			case 'relayed':
				return {
					blocked: 'Über das Relay: Dein Netz lässt nichts anderes durch',
					full: 'Über das Relay: Direkt kann die Kamera keine weiteren Geräte versorgen',
					chosen: 'Über das Relay, wie gewählt',
					best: 'Über das Relay',
				}[reason];
		}
	},
	notShownHere: {
		what: 'Dieser Browser kann nicht zeigen, was diese Kamera sendet.',
		next: 'Lade diese Seite neu. Hilft das nicht, aktualisiere den Browser.',
	},
	inPieces: 'Etwa 2 s verzögert: Der Browser der Kamera sendet immer eine ganze Sekunde.',
	picture: (name) => `Bild von ${named(name)}`,
	retry: 'Noch einmal versuchen',
	cut: 'Das Relay ist offline. Direkte Bilder laufen weiter; der Rest kommt von selbst zurück.',
	emptyWhat: 'In diesem Zuhause gibt es noch keine Kameras.',
	emptyNext: 'Nutze dieses Gerät als Kamera, oder kopple es mit einer, die du hast.',
	pair: 'Gerät koppeln',
	saved: 'Gespeicherte Aufnahmen',
	fullRate: 'Flüssig',
	fullRateNote: 'Die anderen werden alle paar Sekunden aktualisiert.',
	talk: 'Sprechen',
	talkNote: 'Zum Sprechen gedrückt halten. Währenddessen hörst du nichts.',
	talking: 'Man kann dich an der Kamera hören.',
	torch: 'Lampe',
	noTorch: 'Diese Kamera hat keine Lampe.',
	fullScreen: 'Vollbild',
	leaveFullScreen: 'Vollbild beenden',
	pip: 'Kleines Fenster',
	noSmall: 'Dieser Browser kann es nicht in einem kleinen Fenster zeigen.',
	still: 'Bild speichern',
	sound: 'Ton',
	noSound: 'Diese Kamera sendet keinen Ton.',
	zoomIn: 'Vergrößern',
	zoomOut: 'Verkleinern',
	whole: 'Das ganze Bild zeigen',
	keys: 'Plus und Minus zoomen, Pfeile bewegen das Bild, 0 zeigt alles, f ist Vollbild.',
	controls: 'Kameraeinstellungen',
	ownControls: 'Objektiv, Qualität und Ton stellst du auf der Seite der Kamera ein.',
	ownPage: 'Zur Seite der Kamera',
	actions: 'Aktionen',
	back: 'Alle Kameras',
	lens: 'Objektiv',
	unnamedLens: (n) => `Objektiv ${String(n)}`,
	testPicture: 'Testbild',
	useTestPicture: 'Mit einem Testbild ausprobieren',
	onTestPicture: 'Das ist das Testbild. Keine Kamera ist an.',
	onTestPictureNext:
		'Das Gerät zeichnet es selbst, damit du alles ausprobieren kannst. Es wird aufgenommen und gesendet wie jedes andere Bild.',
	useLens: 'Eine Kamera verwenden',
	checkDevice: 'Dieses Gerät prüfen',
	quality: 'Qualität',
	start: 'Aufnahme starten',
	stop: 'Aufnahme beenden',
	guard: 'Wachmodus',
	guardNote: 'Schwarzer Bildschirm, nimmt weiter auf',
	restart: 'Neu starten',
	restartNote: 'Schaltet die Kamera aus und wieder ein',
	viaRelay: 'Immer über das Relay',
	siren: 'Sirene',
	sirenStop: 'Sirene ausschalten',
	sirenTitle: 'Sirene einschalten?',
	sirenHow:
		'Sie ist so laut, wie das andere Gerät eingestellt ist: ein Handy bei voller Lautstärke etwa wie ein Staubsauger neben dir, bei null bleibt es still. Alle in der Nähe hören sie.',
	sirenEnds:
		'Sie endet, wenn du sie ausschaltest, oder nach einer Minute. Die Kamera zeigt, wer sie eingeschaltet hat.',
	sirenYes: 'Einschalten',
	cancel: 'Abbrechen',
	stopTitle: (name) => `Aufnahme von ${named(name)} beenden?`,
	stopHow: 'Es wird nichts gespeichert, bis sie wieder startet.',
	guardOffTitle: 'Wachmodus beenden?',
	guardOffHow: 'Der Bildschirm dieses Geräts wird hell. Die Aufnahme läuft weiter.',
	guardOff: 'Wachmodus beenden',
	restartTitle: 'Kamera neu starten?',
	restartHow:
		'Die Aufnahme hört kurz auf. Lässt sich die Kamera nicht wieder öffnen, bleibt sie aus, bis jemand hingeht.',
	ownersOnly:
		'Nur ein Besitzer kann eine Aufnahme oder den Wachmodus beenden oder eine Kamera neu starten.',
	asking: 'Die Kamera wird gefragt …',
	done: {
		lens: 'Die Kamera hat das Objektiv gewechselt.',
		torch: 'Die Kamera hat die Lampe umgeschaltet.',
		quality: 'Die Kamera hat die Qualität geändert.',
		start: 'Die Kamera nimmt jetzt auf.',
		stop: 'Die Kamera nimmt nicht mehr auf.',
		guard: 'Die Kamera hat den Wachmodus umgeschaltet.',
		restart: 'Die Kamera hat neu gestartet.',
		siren: 'Die Sirene ist an.',
		'siren-off': 'Die Sirene ist aus.',
		talk: 'Man kann dich an der Kamera hören.',
		copy: 'Die Kamera hat geändert, was sie zum Relay kopiert.',
	},
	refused: {
		unavailable: 'Der Browser der Kamera stellt nicht bereit, was sie braucht.',
		offline: 'Die Kamera ist nicht erreichbar. Versuche es wieder, wenn sie zurück ist.',
		denied: 'Die Kamera hat abgelehnt: Dieses Gerät darf das nicht, oder ihr Browser blockiert es.',
		quota: 'Die Kamera hat keinen Speicherplatz mehr.',
		'not-found': 'Dieses Objektiv gibt es nicht mehr.',
		conflict: 'Die Kamera ist beschäftigt. Versuche es gleich noch einmal.',
		malformed: 'Die Kamera versteht das nicht. Aktualisiere beide Geräte.',
		corrupt: elsewhere,
		unsupported: 'Die Kamera kann das nicht.',
		aborted: 'Das wurde unterbrochen. Versuche es noch einmal.',
		timeout:
			'Das kam nicht innerhalb von 5 Sekunden bei der Kamera an. Es wurde nicht ausgeführt und wird es auch nicht mehr. Versuche es noch einmal.',
		system: 'Das System auf dem Gerät der Kamera blockiert das.',
		unreadable: 'Dieses Objektiv wurde gefunden, startet aber nicht.',
		newer: 'Die Kamera braucht eine neuere Version von Spy-cam. Lade ihre Seite neu.',
		blocked: 'Ein anderer Tab auf dem Gerät der Kamera blockiert ihre Daten.',
		cleared: 'Die Daten der Kamera wurden in ihrem Browser gelöscht.',
		unconfirmed:
			'Die Kamera hat das nicht bestätigt. Vielleicht ist sie noch dabei: Sieh nach ihr, bevor du es noch einmal versuchst.',
		internal: elsewhere,
	},
	talkDirect: 'Zum Sprechen brauchst du eine direkte Verbindung zur Kamera und hier ein Mikrofon.',
	noControl:
		'Dieses Gerät kann Kameras ansehen, aber nicht steuern. Ein Besitzer kann das unter Einstellungen, Geräte ändern.',
	talkRefused:
		'Der Browser blockiert das Mikrofon für diese Seite. Tippe auf das Symbol neben der Adresse, erlaube es und versuche es noch einmal.',
	on: 'An',
	battery: (percent, charging) => `Akku ${percent}${charging ? ', lädt' : ''}`,
	watchersTitle: 'Wer zuschaut',
	nobody: 'Niemand schaut zu.',
	watching: (n, names) =>
		n === 1 ? `${listed(names)} schaut zu` : `${String(n)} schauen zu: ${listed(names)}`,
	ways: {
		direct: 'direkt',
		turn: 'über einen Server',
		relayed: 'über das Relay',
	},
	watcher: (name, how, since) => `${named(name)}, ${how}, seit ${since}`,
	sealed: (name, since) =>
		`${named(name)} bekommt seit ${since} verschlüsselte Bilder vom Relay, ohne Schlüssel und ohne um einen gebeten zu haben`,
	someone: 'Jemand',
	newcomer: (names) => `${listed(names)} schaut jetzt zu.`,
	newcomers: (names) => `${listed(names)} schauen jetzt zu.`,
	sealedNewcomer: (names) =>
		`${listed(names)} bekommt verschlüsselte Bilder dieser Kamera vom Relay, ohne Schlüssel und ohne um einen gebeten zu haben.`,
	sealedNewcomers: (names) =>
		`${listed(names)} bekommen verschlüsselte Bilder dieser Kamera vom Relay, ohne Schlüssel und ohne um einen gebeten zu haben.`,
	sealedNext:
		'Ohne den Schlüssel kann niemand ein Bild sehen. Soll ein Gerät in deinem Zuhause das nicht tun, entferne es unter Einstellungen, Geräte.',
	newcomerNext:
		'Zuschauen können nur Geräte in deinem Zuhause. Entfernen kannst du eines unter Einstellungen, Geräte.',
	seen: 'OK',
	devices: 'Geräte',
	hush: 'Ausschalten',
	voices: {
		talk: (name) => `${named(name)} spricht über dieses Gerät.`,
		siren: (name) => `${named(name)} hat die Sirene dieses Geräts eingeschaltet.`,
	},
	apart: 'Deine Geräte sind nicht verbunden. Ohne Relay verbinden sie sich mit zwei Codes.',
	again: 'Neu verbinden',
	link: {
		none: 'Nicht verbunden. Nur dieses Gerät kann sie sehen.',
		connecting: 'Verbinde …',
		connected: 'Deine anderen Geräte können zuschauen.',
		away: (again) => `Das Relay ist nicht erreichbar. Nächster Versuch um ${again}.`,
		'unknown-home': 'Das Relay kennt dieses Zuhause nicht. Kopple neu, mit einer Einladung.',
		'not-a-member': 'Das Relay sagt, dieses Gerät gehört nicht mehr zum Zuhause.',
		version: 'Das Relay hat eine andere Version. Aktualisiere es oder diese App.',
	},
};
