import type { FaultKind, FaultSource } from '#domain/base/fault.ts';
import type { FaultWords } from '#ui/words/en/faults.ts';
import type { Advice } from '#ui/words/en/index.ts';

interface Noun {
	readonly der: string;
	readonly den: string;
	readonly dem: string;
}

const feminine = (noun: string): Noun => ({
	der: `die ${noun}`,
	den: `die ${noun}`,
	dem: `der ${noun}`,
});
const masculine = (noun: string): Noun => ({
	der: `der ${noun}`,
	den: `den ${noun}`,
	dem: `dem ${noun}`,
});

const nouns: Readonly<Record<FaultSource, Noun>> = {
	camera: feminine('Kamera'),
	recorder: masculine('Rekorder'),
	player: masculine('Player'),
	footage: feminine('Aufnahmendatenbank'),
	keys: masculine('Schlüsselspeicher'),
	settings: feminine('Einstellungsdatenbank'),
	connection: feminine('Verbindung'),
	app: feminine('App'),
};

const again = 'Versuche es noch einmal.';
const reload = 'Versuche es noch einmal. Hilft das nicht, lade diese Seite neu.';

/** `Der`: am Satzanfang. */
const general: Readonly<Record<FaultKind, (noun: Noun, Der: string) => Advice>> = {
	unavailable: (_, Der) => ({ what: `${Der} ist nicht verfügbar.`, next: reload }),
	offline: (_, Der) => ({
		what: `${Der} ist nicht zu erreichen.`,
		next: 'Zum Aufnehmen braucht es das nicht. Versuche es später noch einmal.',
	}),
	denied: ({ den }) => ({
		what: `Der Browser blockiert ${den} für diese Seite.`,
		next: 'Prüfe die Browsereinstellungen für diese Seite und versuche es dann noch einmal.',
	}),
	quota: ({ der }) => ({
		what: `Der Browser hat keinen Speicherplatz mehr für das, was ${der} braucht.`,
		next: 'Schaffe Platz auf diesem Gerät, oder erlaube unter Speicher weniger Platz für Aufnahmen.',
	}),
	'not-found': ({ der }) => ({ what: `Etwas fehlt, das ${der} braucht.`, next: reload }),
	conflict: (_, Der) => ({ what: `${Der} ist beschäftigt.`, next: again }),
	malformed: (_, Der) => ({ what: `${Der} hat unlesbare Daten erhalten.`, next: again }),
	corrupt: ({ der }) => ({ what: `Etwas ist beschädigt, das ${der} braucht.`, next: reload }),
	unsupported: ({ der }) => ({
		what: `Diesem Browser fehlt eine Funktion, die ${der} braucht.`,
		next: 'Verwende ein aktuelles Chrome, Edge, Safari oder Firefox, und kein privates Fenster.',
	}),
	aborted: (_, Der) => ({ what: `${Der} wurde unterbrochen.`, next: again }),
	timeout: (_, Der) => ({ what: `${Der} hat nicht rechtzeitig geantwortet.`, next: reload }),
	unconfirmed: (_, Der) => ({
		what: `${Der} hat nicht bestätigt, dass es geklappt hat.`,
		next: 'Sieh nach, bevor du es noch einmal versuchst.',
	}),
	system: ({ den }) => ({
		what: `Das System dieses Geräts lässt den Browser ${den} nicht nutzen.`,
		next: 'Prüfe die Datenschutzeinstellungen des Systems und kehre dann zu dieser Seite zurück.',
	}),
	unreadable: (_, Der) => ({ what: `${Der} ist nicht gestartet.`, next: reload }),
	newer: (_, Der) => ({
		what: `${Der} wurde von einer neueren Version von Spy-cam geändert.`,
		next: 'Lade die neuere Version. Alles Gespeicherte ist sicher.',
	}),
	blocked: ({ den }) => ({
		what: `Ein anderer Tab blockiert ${den}.`,
		next: 'Schließe die anderen Tabs von Spy-cam. Dann geht es von selbst weiter.',
	}),
	cleared: ({ dem }) => ({
		what: `Die Daten in ${dem} wurden in diesem Browser gelöscht.`,
		next: 'Spy-cam beginnt von selbst neu.',
	}),
	internal: ({ dem }) => ({
		what: `In ${dem} ist etwas schiefgegangen.`,
		next: 'Versuche es noch einmal. Alles Gespeicherte ist sicher.',
	}),
};

const own: Readonly<Partial<Record<FaultSource, Readonly<Partial<Record<FaultKind, Advice>>>>>> = {
	camera: {
		denied: {
			what: 'Der Browser blockiert die Kamera für diese Seite.',
			next: 'Tippe auf das Symbol neben der Adresse und erlaube die Kamera. Dann geht es von selbst weiter.',
		},
		system: {
			what: 'Das System dieses Geräts lässt den Browser die Kamera nicht nutzen.',
			next: 'Erlaube dem Browser den Kamerazugriff in den Datenschutzeinstellungen von Mac, Windows oder Handy. Kehre dann zu dieser Seite zurück.',
		},
		unreadable: {
			what: 'Die Kamera wurde gefunden, startet aber nicht.',
			next: 'Schließe andere Programme, die sie verwenden. Auch Datenschutzeinstellungen, ein Schalter oder eine Taste am Gerät oder ein Treiber können sie abschalten. Oft hilft es, sie ab- und wieder anzustecken.',
		},
		conflict: {
			what: 'Ein anderes Programm verwendet die Kamera.',
			next: 'Schließe das Programm oder die App, die sie verwendet, und versuche es noch einmal.',
		},
		'not-found': {
			what: 'Keine Kamera gefunden.',
			next: 'Schließe eine an oder schalte sie ein. Dann geht es von selbst weiter.',
		},
		timeout: {
			what: 'Die Kamera liefert kein Bild.',
			next: 'Manche Kameras starten langsam, deshalb wartet jeder Versuch länger. Hilft das nicht, stecke sie ab und wieder an, oder wähle eine andere.',
		},
		malformed: {
			what: 'Die Kamera liefert Daten, die Spy-cam nicht lesen kann.',
			next: 'Versuche es noch einmal, oder wähle eine andere Kamera oder Qualität.',
		},
		unsupported: {
			what: 'Der Browser bietet dieser Seite keine Kamera an.',
			next: 'Öffne die Seite über https oder localhost, in einem aktuellen Chrome, Edge, Safari oder Firefox.',
		},
		unavailable: {
			what: 'Der Browser hat die Kamera nicht geöffnet.',
			next: 'Kehre zu dieser Seite zurück, lass sie im Vordergrund und versuche es noch einmal.',
		},
	},
	recorder: {
		timeout: {
			what: 'Der Rekorder lieferte nichts, obwohl ein Bild da ist.',
			next: 'Oft hilft eine niedrigere Qualität.',
		},
		unsupported: {
			what: 'Dieser Browser kann in keinem Format aufnehmen, das überall läuft.',
			next: 'Verwende ein aktuelles Chrome, Edge, Safari oder Firefox.',
		},
	},
	player: {
		corrupt: {
			what: 'Dieser Teil der Aufnahmen ist beschädigt.',
			next: 'Der Rest ist in Ordnung. Wähle einen anderen Moment.',
		},
		timeout: {
			what: 'Der Player hat nicht rechtzeitig ein Bild gezeigt.',
			next: 'Versuche es noch einmal. Hilft das nicht, wähle einen anderen Moment oder lade die Seite neu.',
		},
		unsupported: {
			what: 'Dieser Browser kann diese Aufnahme nicht abspielen.',
			next: 'Speichere sie als Clip, oder öffne sie in einem aktuellen Chrome, Edge, Safari oder Firefox.',
		},
	},
	footage: {
		quota: {
			what: 'Der Browser hat keinen Speicherplatz mehr für Aufnahmen.',
			next: 'Schaffe Platz auf diesem Gerät, oder erlaube unter Speicher weniger Platz für Aufnahmen.',
		},
	},
	keys: {
		unsupported: {
			what: 'Dieser Browser kann die Schlüssel dieses Geräts nicht aufbewahren.',
			next: 'Verwende ein aktuelles Chrome, Edge, Safari oder Firefox, und kein privates Fenster.',
		},
		conflict: {
			what: 'Die Schlüssel dieses Geräts passen nicht zusammen.',
			next: reload,
		},
	},
	connection: {
		offline: {
			what: 'Es gibt keine Verbindung.',
			next: 'Zum Aufnehmen braucht es keine. Versuche es später noch einmal.',
		},
		denied: {
			what: 'Der Browser vertraut dem Zertifikat des Relays nicht, oder das Relay lehnt diese Seite ab.',
			next: 'Öffne die Adresse des Relays in diesem Browser und folge den Schritten dort.',
		},
	},
	app: {
		unavailable: {
			what: 'Der Browser stellt nicht bereit, was Spy-cam braucht.',
			next: 'Versuche es noch einmal. Hilft das nicht, schließe die anderen Tabs und lade die Seite neu.',
		},
		unsupported: {
			what: 'Das kann dieser Browser hier nicht.',
			next: 'Öffne die Seite über https oder localhost, in einem aktuellen Chrome, Edge, Safari oder Firefox.',
		},
		aborted: { what: 'Das wurde unterbrochen.', next: again },
		timeout: { what: 'Der Browser hat nicht rechtzeitig geantwortet.', next: reload },
		unconfirmed: {
			what: 'Es kam keine Antwort: Vielleicht hat es geklappt, vielleicht nicht.',
			next: 'Sieh nach, bevor du es noch einmal versuchst.',
		},
		internal: {
			what: 'Etwas ist schiefgegangen.',
			next: 'Versuche es noch einmal. Alles Gespeicherte ist sicher.',
		},
	},
};

export const faults: FaultWords = {
	said: ({ kind, source }) => {
		const noun = nouns[source];
		const Der = noun.der.charAt(0).toUpperCase() + noun.der.slice(1);
		return own[source]?.[kind] ?? general[kind](noun, Der);
	},
	loadNewer: 'Die neuere Version laden',
	loadingNewer: 'Wird geladen …',
	noNewer:
		'Der Server hat keine neuere Version als diese. Bitte die Person, die ihn betreibt, ihn zu aktualisieren, oder versuche es später noch einmal.',
	tryAgain: 'Noch einmal versuchen',
	cleared: {
		what: (at, things) => `Um ${at} wurden die Daten dieser Seite im Browser gelöscht: ${things}.`,
		footage: (size, until) => `${size} Aufnahmen bis ${until}`,
		someFootage: 'die Aufnahmen',
		keys: 'die Schlüssel dieses Geräts',
		settings: 'Einstellungen und Journal',
		next: 'Die Aufnahme läuft mit denselben Schlüsseln und Einstellungen weiter, die diese Seite noch hatte. Die gelöschten Daten sind weg.',
		nextNew:
			'Die Aufnahme läuft mit neuen Schlüsseln als neues Gerät weiter: Kopple es neu mit den Geräten, die ihm zuschauten.',
		nextIdle: 'Die gelöschten Daten sind weg. Lade diese Seite neu, um neu zu beginnen.',
		understood: 'OK',
	},
	unread: {
		what: (names) => `Spy-cam versteht nicht, was hier gespeichert ist: ${names}.`,
		next: 'Es gilt, was zuletzt verstanden wurde. Die gespeicherte Einstellung bleibt, wie sie ist, bis du sie änderst: Eine neuere Version versteht sie vielleicht.',
		replace: 'Durch das ersetzen, was jetzt gilt',
		lens: 'die Kamera',
		profile: 'die Qualität',
		sound: 'der Ton',
		plan: 'wann aufgenommen wird',
		limits: 'die Speichergrenzen',
		other: 'andere Einstellungen',
	},
};
