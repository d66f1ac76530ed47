import type { LiveWords } from '#ui/words/en/live.ts';
import { GERMAN } from '#ui/words/format/formats.ts';
import { listed, named } from '#ui/words/format/named.ts';

const { across } = GERMAN;

const age = (ms: number) =>
	ms < 1000 ? 'unter 1 s alt' : `${across(Math.floor(ms / 1000) * 1000)} alt`;

const trying: LiveWords['trying'] = {
	direct: 'Versuche den direkten Weg …',
	turn: 'Versuche einen Umweg …',
	relayed: 'Versuche das Relais …',
	relay: 'Suche das Relais …',
	camera: 'Warte auf die Kamera …',
	local: 'Die Kamera wird geöffnet …',
};

const elsewhere = 'An der Kamera ging etwas schief. Sieh auf ihren eigenen Bildschirm.';

export const live: LiveWords = {
	age,
	live: 'Live',
	liveAge: (ms) => `Live · ${age(ms)}`,
	trying,
	stale: (ms, what) => `${age(ms)}. ${trying[what]}`,
	ended: {
		revoked: {
			what: 'Dieses Gerät wurde aus dem Zuhause entfernt.',
			next: 'Wer das Zuhause besitzt, kann es neu koppeln.',
		},
		'camera-away': {
			what: 'Diese Kamera ist offline.',
			next: 'Vielleicht ist ihre Seite zu oder ihr Netz weg. Das Bild kommt von selbst zurück.',
		},
		'camera-off': {
			what: 'Diese Kamera ist aus.',
			next: 'Ihre Linse ist zu. Ein Bild gibt es, sobald sie aufnimmt.',
		},
		'no-relay': {
			what: 'Dieses Gerät ist nicht verbunden.',
			next: 'Andere Geräte werden über ein Relais gefunden, das von selbst wieder versucht wird. Ohne eines drücke unter Ansehen „Wieder verbinden“.',
		},
		failed: {
			what: 'Zu dieser Kamera führt gerade kein Weg.',
			next: 'Sieh nach, ob ihre Seite offen ist und Netz hat. Versuche es dann noch einmal.',
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
	elsewhere: 'Ein anderer Tab dieses Browsers ist diese Kamera.',
	notHere: 'Hier liegen nur noch ihre Aufnahmen.',
	way(path, reason) {
		switch (path) {
			case 'local':
				return 'Von der Linse dieses Geräts';
			case 'direct':
				return 'Direkt, über dein Netz';
			case 'turn':
				return 'Um ein Hindernis herum, auch unterwegs nicht lesbar';
			case 'relayed':
				return {
					blocked: 'Über das Relais: Dein Netz lässt nichts anderes durch',
					full: 'Über das Relais: Die Kamera versorgt direkt schon so viele, wie sie kann',
					chosen: 'Über das Relais, wie du es wolltest',
					best: 'Über das Relais',
				}[reason];
		}
	},
	notShownHere: {
		what: 'Dieser Browser kann nicht zeigen, was diese Kamera sendet.',
		next: 'Öffne diese Seite neu. Hilft das nicht, aktualisiere den Browser.',
	},
	inPieces: 'Etwa 2 s verzögert: Der Browser der Kamera sendet immer eine ganze Sekunde.',
	picture: (name) => `Bild von ${named(name)}`,
	retry: 'Noch einmal versuchen',
	cut: 'Das Relais ist weg. Was direkt kommt, läuft weiter; der Rest kommt von selbst wieder.',
	emptyWhat: 'In diesem Zuhause gibt es noch keine Kamera.',
	emptyNext: 'Mach dieses Gerät zu einer, oder kopple es mit einer Kamera, die du hast.',
	pair: 'Gerät koppeln',
	saved: 'Gespeicherte Aufnahmen',
	fullRate: 'Flüssig',
	fullRateNote: 'Die anderen zeigen alle paar Sekunden ein Bild.',
	talk: 'Sprechen',
	talkNote: 'Zum Sprechen gedrückt halten. Solange hörst du nichts.',
	talking: 'Man hört dich an der Kamera.',
	torch: 'Lampe',
	noTorch: 'Diese Kamera hat keine Lampe.',
	fullScreen: 'Vollbild',
	leaveFullScreen: 'Vollbild beenden',
	pip: 'Kleines Fenster',
	still: 'Bild sichern',
	sound: 'Ton',
	noSound: 'Diese Kamera schickt keinen Ton.',
	zoomIn: 'Vergrößern',
	zoomOut: 'Verkleinern',
	whole: 'Das ganze Bild zeigen',
	keys: 'Plus und Minus zoomen, Pfeile bewegen das Bild, 0 zeigt alles, f ist Vollbild.',
	controls: 'Kamera',
	lens: 'Linse',
	unnamedLens: (n) => `Linse ${String(n)}`,
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
	viaRelay: 'Immer über das Relais',
	siren: 'Sirene',
	sirenStop: 'Sirene ausschalten',
	sirenTitle: 'Sirene einschalten?',
	sirenHow:
		'Sie ist so laut, wie die Lautstärke jenes Geräts eingestellt ist: ein Telefon bei voller Lautstärke etwa wie ein Staubsauger neben dir, eines bei null bleibt still. Alle in der Nähe hören sie.',
	sirenEnds:
		'Sie endet, wenn du sie ausschaltest, spätestens nach einer Minute. Die Kamera zeigt, wer sie eingeschaltet hat.',
	sirenYes: 'Einschalten',
	cancel: 'Abbrechen',
	stopTitle: 'Aufnahme beenden?',
	stopHow: 'Dann speichert diese Kamera nichts mehr, bis jemand sie wieder startet.',
	guardOffTitle: 'Wachmodus beenden?',
	guardOffHow: 'Der Bildschirm dieses Geräts wird hell. Die Aufnahme läuft weiter.',
	guardOff: 'Wachmodus beenden',
	restartTitle: 'Kamera neu starten?',
	restartHow:
		'Die Aufnahme hört kurz auf. Geht die Linse nicht wieder auf, bleibt die Kamera aus, bis jemand hingeht.',
	ownersOnly:
		'Nur ein Besitzer beendet eine Aufnahme oder den Wachmodus und startet eine Kamera neu.',
	asking: 'Die Kamera wird gefragt …',
	done: {
		lens: 'Die Kamera hat die Linse gewechselt.',
		torch: 'Die Kamera hat die Lampe umgeschaltet.',
		quality: 'Die Kamera hat die Qualität geändert.',
		start: 'Die Kamera nimmt jetzt auf.',
		stop: 'Die Kamera nimmt nicht mehr auf.',
		guard: 'Die Kamera hat den Wachmodus umgeschaltet.',
		restart: 'Die Kamera hat neu gestartet.',
		siren: 'Die Sirene heult.',
		'siren-off': 'Die Sirene ist still.',
		talk: 'Man hört dich an der Kamera.',
	},
	refused: {
		unavailable: 'Der Browser der Kamera gab ihr nicht, was sie braucht.',
		offline: 'Gerade führt kein Weg zur Kamera. Versuche es wieder, wenn sie zurück ist.',
		denied: 'Die Kamera hat abgelehnt: Dieses Gerät darf das nicht, oder ihr Browser verbietet es.',
		quota: 'Die Kamera hat keinen Platz mehr.',
		'not-found': 'Diese Linse gibt es nicht mehr.',
		conflict: 'Die Kamera ist mit etwas anderem beschäftigt. Versuche es gleich noch einmal.',
		malformed: 'Die Kamera versteht das nicht. Aktualisiere beide Geräte.',
		corrupt: elsewhere,
		unsupported: 'Die Kamera kann das nicht.',
		aborted: 'Das wurde unterbrochen. Versuche es noch einmal.',
		timeout:
			'Das kam nicht innerhalb von 5 Sekunden bei der Kamera an. Es ist nicht geschehen und geschieht nicht mehr; versuche es noch einmal.',
		system: 'Das System des Kamera-Geräts lässt es das nicht nutzen.',
		unreadable: 'Dieses Objektiv ist da, startet aber nicht.',
		newer: 'Die Kamera braucht eine neuere Version von Spy-cam. Lade ihre Seite neu.',
		blocked: 'Ein anderer Tab auf dem Kamera-Gerät hält ihre Daten geschlossen.',
		cleared: 'Die Daten der Kamera wurden in ihrem Browser gelöscht.',
		unconfirmed:
			'Die Kamera sagt nicht, ob es geschehen ist. Vielleicht ist sie noch dabei: Sieh nach, bevor du es noch einmal versuchst.',
		internal: elsewhere,
	},
	talkDirect: 'Sprechen braucht den direkten Weg zur Kamera, und hier ein Mikrofon.',
	noControl:
		'Dieses Gerät sieht nur zu und steuert keine Kamera. Ein Besitzer kann das unter Einstellungen, Geräte ändern.',
	talkRefused:
		'Der Browser lässt diese Seite das Mikrofon nicht benutzen. Erlaube es neben der Adresse und versuche es dann noch einmal.',
	later:
		'Was diese Kamera gespeichert hat, liegt auf der Kamera selbst. Von hier hineinzusehen kommt mit einer späteren Version.',
	battery: (percent, charging) => `Akku ${percent}${charging ? ', lädt' : ''}`,
	watchersTitle: 'Wer zusieht',
	nobody: 'Niemand sieht zu.',
	watching: (n, names) =>
		n === 1 ? `${listed(names)} sieht zu` : `${String(n)} sehen zu: ${listed(names)}`,
	ways: {
		direct: 'direkt',
		turn: 'um ein Hindernis herum',
		relayed: 'über das Relais',
	},
	watcher: (name, how, since) => `${named(name)}, ${how}, seit ${since}`,
	sealed: (name, since) =>
		`${named(name)} bekommt seit ${since} versiegelte Bilder vom Relais, ungefragt und ohne Schlüssel`,
	someone: 'Jemand',
	newcomer: (names) => `${listed(names)} sieht dieser Kamera jetzt zu.`,
	newcomers: (names) => `${listed(names)} sehen dieser Kamera jetzt zu.`,
	sealedNewcomer: (names) =>
		`${listed(names)} bekommt ungefragt versiegelte Bilder dieser Kamera vom Relais, aber keinen Schlüssel.`,
	sealedNewcomers: (names) =>
		`${listed(names)} bekommen ungefragt versiegelte Bilder dieser Kamera vom Relais, aber keinen Schlüssel.`,
	sealedNext:
		'Ohne den Schlüssel ist kein Bild zu sehen. Ein Gerät deines Zuhauses, das das nicht soll, kannst du unter Einstellungen, Geräte entfernen.',
	newcomerNext:
		'Das können nur Geräte deines Zuhauses. Unter Einstellungen, Geräte kannst du eines entfernen.',
	seen: 'In Ordnung',
	devices: 'Geräte',
	hush: 'Ausschalten',
	voices: {
		talk: (name) => `${named(name)} spricht durch dieses Gerät.`,
		siren: (name) => `${named(name)} hat die Sirene dieses Geräts eingeschaltet.`,
	},
	apart: 'Deine Geräte sind nicht verbunden. Ohne Relay finden sie sich mit zwei Codes.',
	again: 'Wieder verbinden',
	link: {
		none: 'Kein Relais: nur dieses Gerät',
		connecting: 'Das Relais wird gesucht …',
		connected: 'Andere können zusehen',
		away: (again) => `Das Relais ist weg; nächster Versuch um ${again}`,
		'unknown-home': 'Das Relais kennt dieses Zuhause nicht. Kopple neu, mit einer Einladung.',
		'not-a-member': 'Das Relais sagt, dieses Gerät gehört nicht mehr zum Zuhause.',
		version: 'Das Relais spricht eine andere Version. Aktualisiere es oder diese App.',
	},
};
