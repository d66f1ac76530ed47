import type { Figures } from '#domain/recording/device-check.ts';
import type { DeviceCheckWords } from '#ui/words/en/device-check.ts';
import { GERMAN } from '#ui/words/format/formats.ts';

const { across, shared } = GERMAN;

const trials: DeviceCheckWords['trials'] = {
	lens: {
		what: 'Kamera öffnen',
		yes: 'Die Kamera liefert ein Bild.',
		no: 'Von der Kamera kam kein Bild.',
	},
	record: {
		what: 'Ein paar Sekunden aufnehmen',
		yes: 'Dieses Gerät kann aufnehmen.',
		no: 'Dieser Browser kann hier nicht aufnehmen. Nimm ein aktuelles Chrome, Edge, Safari oder Firefox.',
	},
	'key-frames': {
		what: 'Jede Sekunde mit einem vollen Bild beginnen',
		yes: 'Ein Absturz kostet höchstens etwa eine Sekunde.',
		no: 'Ein Absturz kann mehrere Sekunden kosten.',
	},
	sound: {
		what: 'Ton aufnehmen',
		yes: 'Ton kann aufgenommen werden.',
		no: 'Der Browser liefert keinen Ton. Aufnahmen sind hier stumm.',
	},
	seal: {
		what: 'Aufnahmen verschlüsseln',
		yes: 'Das Verschlüsseln hält mit der Kamera Schritt.',
		no: 'Das Verschlüsseln ist langsamer als die Kamera. Wähle eine niedrigere Qualität.',
	},
	store: {
		what: 'Auf diesem Gerät speichern',
		yes: 'Das Speichern hält mit der Kamera Schritt.',
		no: 'Das Speichern ist zu langsam oder geht nicht. Schaffe Platz, oder wähle eine niedrigere Qualität.',
	},
	open: {
		what: 'Wieder lesen und öffnen',
		yes: 'Das Gespeicherte lässt sich öffnen, und seine Signatur stimmt.',
		no: 'Manches Gespeicherte ließ sich nicht öffnen. Verlass dich nicht auf diesen Browser.',
	},
	play: {
		what: 'Abspielen',
		yes: 'Gespeicherte Aufnahmen laufen hier.',
		no: 'Gespeicherte Aufnahmen laufen hier nicht.',
	},
	live: {
		what: 'Ein Livebild kodieren',
		yes: 'Andere sehen diese Kamera fast ohne Verzögerung.',
		no: 'Über das Relay sehen andere diese Kamera etwa zwei Sekunden später.',
	},
	decode: {
		what: 'Ein Livebild zeigen',
		yes: 'Bilder anderer Kameras erscheinen hier fast ohne Verzögerung.',
		no: 'Über das Relay erscheinen Bilder anderer Kameras hier spät oder gar nicht.',
	},
	connect: {
		what: 'Direkt verbinden (WebRTC)',
		yes: 'Andere Geräte im selben Netz können sich direkt mit diesem verbinden.',
		no: 'Dieser Browser stellt keine direkte Verbindung her. Livebilder gehen über das Relay.',
	},
	awake: {
		what: 'Bildschirm eingeschaltet lassen',
		yes: 'Der Bildschirm bleibt während der Aufnahme an.',
		no: 'Der Bildschirm kann ausgehen, und ein Handy nimmt dann nicht mehr auf. Stelle ein, dass er an bleibt.',
	},
	background: {
		what: 'Im Hintergrund aufnehmen',
		yes: 'Die Aufnahme läuft weiter, wenn dieser Tab verdeckt ist.',
		no: 'Es nimmt nur auf, solange diese Seite zu sehen ist.',
	},
	keys: {
		what: 'Schlüssel schützen',
		yes: 'Die Schlüssel sind in diesem Browser eingeschlossen.',
		no: 'Dieser Browser kann die Schlüssel nicht schützen oder vergisst sie, wenn der Tab geschlossen wird.',
	},
	kept: {
		what: 'Aufnahmen behalten, bis du sie löschst',
		yes: 'Der Browser hat zugesagt, sie zu behalten.',
		no: 'Der Browser darf Aufnahmen löschen, wenn der Platz ausgeht. Die App zu installieren hilft.',
	},
	room: {
		what: 'Platz für Aufnahmen haben',
		yes: 'Es ist Platz für mehr als eine Stunde.',
		no: 'Es ist Platz für weniger als eine Stunde.',
	},
	codecs: {
		what: 'Die Formate kennen',
		yes: 'Der Browser kennt die Formate zum Aufnehmen und Abspielen.',
		no: 'Dem Browser fehlt ein Format zum Aufnehmen oder Abspielen.',
	},
	removed: {
		what: 'Die Testaufnahme entfernen',
		yes: 'Von dieser Prüfung ist nichts auf dem Gerät geblieben.',
		no: 'Der Browser hat sie noch nicht freigegeben. Sie wird entfernt, wenn du die App das nächste Mal öffnest.',
	},
};

const whys: Readonly<Partial<Record<string, string>>> = {
	busy: 'nicht versucht, weil diese Kamera gerade aufnimmt',
	hidden: 'die Seite war nicht die ganze Zeit zu sehen',
	before: 'etwas, das dafür nötig ist, ging nicht',
	'not-asked': 'nicht versucht, weil das Mikrofon nicht gewählt war',
	silent: 'der Browser sagt es nicht',
	timeout: 'der Browser hat nicht rechtzeitig geantwortet',
};

const number = (value: Figures[string] | undefined): string => shared.number(Number(value ?? 0));

const figures: DeviceCheckWords['figures'] = (trial, f) => {
	switch (trial) {
		case 'lens':
			if (f['width'] === undefined) return '';
			return `${String(f['width'])} × ${String(f['height'])}, ${number(f['rate'])} Bilder/s`;
		case 'record':
			return f['type'] === undefined
				? ''
				: `${number(f['seconds'])} s, ${number(f['kbps'])} kbit/s, ${String(f['type'])}`;
		case 'key-frames':
			return f['longestMs'] === undefined ? '' : `Abstand ${across(Number(f['longestMs']))}`;
		case 'seal':
		case 'store':
			return f['middleMs'] === undefined ? '' : `${number(f['middleMs'])} ms je Sekunde`;
		case 'open':
			return f['of'] === undefined ? '' : `${String(f['opened'])} von ${String(f['of'])}`;
		case 'play':
		case 'decode':
			return f['firstMs'] === undefined ? '' : `erstes Bild nach ${number(f['firstMs'])} ms`;
		case 'live':
			return f['codec'] === undefined ? '' : String(f['codec']);
		case 'connect':
			return f['ms'] === undefined ? '' : `nach ${number(f['ms'])} ms`;
		case 'room':
			return f['offeredMB'] === undefined
				? ''
				: `${shared.bytes(Number(f['usedMB']) * 1e6)} von ${shared.bytes(Number(f['offeredMB']) * 1e6)} belegt`;
		default:
			return '';
	}
};

export const deviceCheck: DeviceCheckWords = {
	title: 'Dieses Gerät prüfen',
	lead: 'In etwa zehn Sekunden nimmt diese Seite ein wenig auf, speichert es, spielt es ab und zeigt, was dieser Browser auf diesem Gerät kann. Die Aufnahme wird danach entfernt.',
	asks: 'Der Browser fragt vielleicht nach der Kamera.',
	sound: 'Auch das Mikrofon prüfen',
	camera: 'Mit der Kamera prüfen',
	drawn: 'Mit einem Testbild prüfen',
	busy: 'Diese Kamera nimmt gerade auf. Die Prüfung stört sie nicht und versucht, was sie kann.',
	begin: 'Prüfen',
	again: 'Noch einmal prüfen',
	cancel: 'Abbrechen',
	progress: 'Fortschritt der Prüfung',
	trying: (what) => `${what} …`,
	removing: 'Die Testaufnahme wird entfernt …',
	taken: 'Ein anderer Tab dieses Browsers prüft gerade dieses Gerät. Warte, bis er fertig ist.',
	trials,
	figures,
	outcomes: { yes: 'Ja', no: 'Nein', unknown: 'Unklar' },
	untold: (why) => `Ließ sich nicht sagen: ${(why && whys[why]) ?? 'etwas ging schief'}.`,
	all: 'Alles, was versucht wurde, funktioniert.',
	some: (n) =>
		n === 1
			? 'Eine Sache funktioniert hier nicht.'
			: `${shared.number(n)} Dinge funktionieren hier nicht.`,
	played: 'Die Aufnahme',
	result: 'Ergebnis',
	reportTitle: 'Bericht',
	reportWhat:
		'Für eine Fehlermeldung. Er enthält Zahlen und Versionen: keine Namen, keine Adressen, keine Schlüssel, nichts darüber, wer du bist. Er ist auf Englisch, damit ihn die meisten lesen können. Gesendet wird nichts; das Modell deines Geräts schreibst du selbst dazu.',
	copy: 'Bericht kopieren',
	copied: {
		done: 'Kopiert.',
		failed: 'Kopieren ging nicht. Markiere den Text und kopiere ihn selbst.',
	},
};
