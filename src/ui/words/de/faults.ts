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
	footage: feminine('Datenbank der Aufnahmen'),
	keys: masculine('Schlüsselspeicher'),
	settings: feminine('Datenbank der Einstellungen'),
	connection: feminine('Verbindung'),
	app: feminine('App'),
};

const again = 'Versuche es noch einmal.';
const reload = 'Versuche es noch einmal. Bleibt es so, lade diese Seite neu.';

/** `Der`: am Satzanfang. */
const general: Readonly<Record<FaultKind, (noun: Noun, Der: string) => Advice>> = {
	unavailable: (_, Der) => ({ what: `${Der} ist nicht verfügbar.`, next: reload }),
	offline: (_, Der) => ({
		what: `${Der} ist nicht zu erreichen.`,
		next: 'Zum Aufnehmen braucht es das nicht. Versuche es später noch einmal.',
	}),
	denied: ({ den }) => ({
		what: `Der Browser lässt diese Seite ${den} nicht nutzen.`,
		next: 'Sieh in den Einstellungen des Browsers für diese Seite nach, dann versuche es noch einmal.',
	}),
	quota: ({ der }) => ({
		what: `Der Browser hat keinen Platz mehr für das, was ${der} braucht.`,
		next: 'Schaffe Platz auf diesem Gerät, oder gib den Aufnahmen unter Speicher weniger.',
	}),
	'not-found': ({ der }) => ({ what: `Etwas fehlt, das ${der} braucht.`, next: reload }),
	conflict: (_, Der) => ({ what: `${Der} ist mit etwas anderem beschäftigt.`, next: again }),
	malformed: (_, Der) => ({ what: `${Der} hat etwas Unlesbares bekommen.`, next: again }),
	corrupt: ({ der }) => ({ what: `Etwas ist beschädigt, das ${der} braucht.`, next: reload }),
	unsupported: ({ der }) => ({
		what: `Diesem Browser fehlt etwas, das ${der} braucht.`,
		next: 'Nimm ein neues Chrome, Edge, Safari oder Firefox, und kein privates Fenster.',
	}),
	aborted: (_, Der) => ({ what: `${Der} wurde unterbrochen.`, next: again }),
	timeout: (_, Der) => ({ what: `${Der} hat nicht rechtzeitig geantwortet.`, next: reload }),
	unconfirmed: (_, Der) => ({
		what: `${Der} hat nicht bestätigt, ob es geschehen ist.`,
		next: 'Sieh nach, bevor du es noch einmal versuchst.',
	}),
	system: ({ den }) => ({
		what: `Das System dieses Geräts lässt den Browser ${den} nicht nutzen.`,
		next: 'Sieh in den Datenschutz-Einstellungen des Systems nach, dann komm auf diese Seite zurück.',
	}),
	unreadable: (_, Der) => ({ what: `${Der} ist nicht gestartet.`, next: reload }),
	newer: (_, Der) => ({
		what: `${Der} wurde von einer neueren Version von Spy-cam geändert.`,
		next: 'Lade die neuere Version. Gespeichertes ist sicher.',
	}),
	blocked: ({ den }) => ({
		what: `Ein anderer Tab hält ${den} geschlossen.`,
		next: 'Schließe die anderen Tabs von Spy-cam. Dann geht es von selbst weiter.',
	}),
	cleared: ({ dem }) => ({
		what: `Was in ${dem} lag, wurde in diesem Browser gelöscht.`,
		next: 'Es beginnt von selbst neu.',
	}),
	internal: ({ dem }) => ({
		what: `In ${dem} ging etwas schief, das nicht schiefgehen darf.`,
		next: 'Versuche es noch einmal. Gespeichertes ist nicht verloren.',
	}),
};

const own: Readonly<Partial<Record<FaultSource, Readonly<Partial<Record<FaultKind, Advice>>>>>> = {
	camera: {
		denied: {
			what: 'Der Browser lässt diese Seite die Kamera nicht nutzen.',
			next: 'Erlaube der Seite die Kamera: Tippe auf das Zeichen neben der Adresse. Dann geht es von selbst weiter.',
		},
		system: {
			what: 'Das System dieses Geräts lässt den Browser die Kamera nicht nutzen.',
			next: 'Erlaube dem Browser die Kamera in den Einstellungen des Systems unter Datenschutz: am Mac, in Windows oder am Telefon. Dann komm auf diese Seite zurück.',
		},
		unreadable: {
			what: 'Die Kamera ist da, startet aber nicht.',
			next: 'Vielleicht benutzt sie ein anderes Programm: Schließe es. Oder der Datenschutz des Systems, ein Schalter oder eine Taste am Gerät oder ihr Treiber hält sie aus. Oft hilft es, sie abzuziehen und wieder anzuschließen.',
		},
		conflict: {
			what: 'Ein anderes Programm benutzt die Kamera.',
			next: 'Schließe das Programm oder die App, die ein Bild zeigt, dann versuche es noch einmal.',
		},
		'not-found': {
			what: 'Keine Kamera gefunden.',
			next: 'Schließe eine an oder schalte sie ein. Dann geht es von selbst weiter.',
		},
		timeout: {
			what: 'Die Kamera gibt kein Bild.',
			next: 'Manche brauchen lange zum Aufwachen: Mit jedem Versuch bekommt sie mehr Zeit. Bleibt es so, ziehe sie ab und schließe sie wieder an, oder wähle eine andere.',
		},
		malformed: {
			what: 'Die Kamera lieferte etwas, das Spy-cam nicht versteht.',
			next: 'Versuche es noch einmal, oder wähle eine andere Kamera oder Qualität.',
		},
		unsupported: {
			what: 'Der Browser hat für diese Seite keine Kamera.',
			next: 'Öffne die Seite über https oder localhost, in einem neuen Chrome, Edge, Safari oder Firefox.',
		},
		unavailable: {
			what: 'Der Browser hat die Kamera nicht geöffnet.',
			next: 'Komm auf diese Seite zurück und lass sie vorn, dann versuche es noch einmal.',
		},
	},
	recorder: {
		timeout: {
			what: 'Der Rekorder lieferte nichts, obwohl ein Bild da ist.',
			next: 'Oft hilft eine niedrigere Qualität.',
		},
		unsupported: {
			what: 'Dieser Browser kann nichts aufnehmen, das überall läuft.',
			next: 'Nimm ein neues Chrome, Edge, Safari oder Firefox.',
		},
	},
	player: {
		corrupt: {
			what: 'Dieser Teil der Aufnahmen ist beschädigt.',
			next: 'Der Rest ist in Ordnung. Wähle einen anderen Moment.',
		},
		timeout: {
			what: 'Der Player hat nicht rechtzeitig ein Bild gezeigt.',
			next: 'Versuche es noch einmal. Bleibt es so, wähle einen anderen Moment oder lade die Seite neu.',
		},
		unsupported: {
			what: 'Dieser Browser kann diese Aufnahme nicht abspielen.',
			next: 'Sichere sie als Clip, oder öffne sie in einem neuen Chrome, Edge, Safari oder Firefox.',
		},
	},
	footage: {
		quota: {
			what: 'Der Browser hat keinen Platz mehr für Aufnahmen.',
			next: 'Schaffe Platz auf diesem Gerät, oder gib den Aufnahmen unter Speicher weniger.',
		},
	},
	keys: {
		unsupported: {
			what: 'Dieser Browser kann die Schlüssel dieses Geräts nicht aufbewahren.',
			next: 'Nimm ein neues Chrome, Edge, Safari oder Firefox, und kein privates Fenster.',
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
			what: 'Dem Zertifikat des Relays wird nicht vertraut, oder das Relay lehnt diese Seite ab.',
			next: 'Öffne die Adresse des Relays einmal in diesem Browser und folge dem, was dort steht.',
		},
	},
	app: {
		unavailable: {
			what: 'Der Browser gab Spy-cam nicht, was es braucht.',
			next: 'Versuche es noch einmal. Bleibt es so, schließe die anderen Tabs und lade die Seite neu.',
		},
		unsupported: {
			what: 'Das kann dieser Browser hier nicht.',
			next: 'Öffne die Seite über https oder localhost, in einem neuen Chrome, Edge, Safari oder Firefox.',
		},
		aborted: { what: 'Das wurde unterbrochen.', next: again },
		timeout: { what: 'Der Browser hat nicht rechtzeitig geantwortet.', next: reload },
		unconfirmed: {
			what: 'Es kam keine Antwort: Vielleicht ist es geschehen, vielleicht nicht.',
			next: 'Sieh nach, bevor du es noch einmal versuchst.',
		},
		internal: {
			what: 'Etwas ging schief, das nicht schiefgehen darf.',
			next: 'Versuche es noch einmal. Gespeichertes ist nicht verloren.',
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
		'Der Server gibt keine neuere Version her als diese. Bitte den, der ihn betreibt, ihn zu aktualisieren, oder versuche es später noch einmal.',
	tryAgain: 'Noch einmal versuchen',
	cleared: {
		what: (at, things) => `Um ${at} wurden die Daten dieser Seite im Browser gelöscht: ${things}.`,
		footage: (size, until) => `${size} Aufnahmen bis ${until}`,
		someFootage: 'die Aufnahmen',
		keys: 'die Schlüssel dieses Geräts',
		settings: 'Einstellungen und Journal',
		next: 'Es nimmt weiter auf, mit denselben Schlüsseln und Einstellungen: Diese Seite hatte sie noch. Was gelöscht wurde, ist weg.',
		nextNew:
			'Es nimmt mit neuen Schlüsseln als neues Gerät weiter auf: Kopple es neu mit den Geräten, die ihm zusahen.',
		nextIdle: 'Was gelöscht wurde, ist weg. Lade diese Seite neu, um neu zu beginnen.',
		understood: 'Verstanden',
	},
};
