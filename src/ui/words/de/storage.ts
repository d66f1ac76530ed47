import type { StorageWords } from '#ui/words/en/storage.ts';
import { GERMAN } from '#ui/words/format/formats.ts';
import { listed } from '#ui/words/format/named.ts';

const { count } = GERMAN;

export const storage: StorageWords = {
	title: 'Speicher',
	used: 'Belegter Speicher',
	of: (used, budget) => `${used} von ${budget}`,
	atQuality: 'in der gewählten Qualität',
	atRate: 'bei der heutigen Datenmenge',
	reaches: (when) =>
		`Der Speicher ist voll, das ist normal: Die Aufnahmen reichen zurück bis ${when}, und neue ersetzen die ältesten.`,
	rate: (camera, size) => `${camera}: ${size} pro Stunde.`,
	camera: 'Diese Kamera',
	faster: (times) => `Das ist ${times}-mal so viel wie am Tag davor.`,
	slower: (times) => `Am Tag davor war es ${times}-mal so viel.`,
	changes: {
		'quality-raised': (when) => `Die Qualität wurde am ${when} erhöht.`,
		'quality-lowered': (when) => `Die Qualität wurde am ${when} gesenkt.`,
		'sound-on': (when) => `Die Tonaufnahme wurde am ${when} eingeschaltet.`,
		'sound-off': (when) => `Die Tonaufnahme wurde am ${when} ausgeschaltet.`,
		lens: (when) => `Am ${when} wurde eine andere Kamera gewählt.`,
		budget: (when) => `Der Platz für Aufnahmen wurde am ${when} geändert.`,
		age: (when) => `Wie lange Aufnahmen bleiben, wurde am ${when} geändert.`,
	},
	kinds: {
		pinned: 'Angeheftet',
		footage: 'Aufnahmen',
		previews: 'Vorschaubilder',
		index: 'Verzeichnis',
		reserve: 'Reserve',
		other: 'App und Browser',
	},
	levels: {
		warn: {
			what: 'Angeheftetes belegt drei Viertel des Platzes.',
			next: 'Neue Aufnahmen werden kürzer behalten. Löse, was du nicht mehr brauchst, oder erlaube mehr Platz.',
		},
		high: {
			what: 'Angeheftetes belegt den größten Teil des Platzes.',
			next: 'Neue Aufnahmen werden nur kurz behalten. Löse etwas, oder erlaube mehr Platz.',
		},
		critical: {
			what: 'Angeheftetes belegt fast den ganzen Platz.',
			next: 'Mehr lässt sich nicht anheften. Löse jetzt etwas, oder erlaube mehr Platz.',
		},
		emergency: {
			what: 'Dem Browser ist gerade der Speicherplatz ausgegangen.',
			next: 'Die ältesten Aufnahmen wurden gelöscht, die Aufnahme läuft weiter. Schaffe auf diesem Gerät Platz.',
		},
	},
	growth: (kind, time) => `${kind}: wächst so schnell, dass der Platz bald ausgeht (etwa ${time}).`,
	growthNext: 'Prüfe, was sich geändert hat, und erlaube mehr Platz, wenn du das so willst.',
	budget: 'Platz für Aufnahmen',
	exactly: 'Genau, in GB',
	lasts: (size, time) => `${size}: etwa ${time}`,
	save: 'Speichern',
	cancel: 'Abbrechen',
	saved: 'Gespeichert.',
	wrong: 'Gib eine Zahl von 0,05 bis 10.000 GB ein.',
	pinsNeed: 'Angeheftetes belegt mehr als das. Löse zuerst etwas.',
	refused: (size, when) =>
		`Dem Browser ging am ${when} der Speicherplatz aus. Seither sind die Aufnahmen auf ${size} begrenzt, jeden Tag auf etwas mehr.`,
	note: 'Aufnahmen liegen in diesem Browser auf diesem Gerät, sonst nirgends.',
	noteCopied:
		'Aufnahmen liegen in diesem Browser auf diesem Gerät, mit einer versiegelten Kopie beim Relay.',
	damaged: (n) =>
		`${count(n, 'Eintrag war', 'Einträge waren')} nicht lesbar und wurden beiseite gelegt.`,
	counting: 'Es wird geprüft, was gelöscht würde …',
	deletes: (time, size, until) =>
		`Gelöscht wird jetzt: ${time} (${size}), die ältesten Aufnahmen bis ${until}. Angeheftetes bleibt.`,
	deletesByAge: (time, size, until) =>
		`Gelöscht wird: ${time} (${size}), alle Aufnahmen bis ${until}, die nicht angeheftet sind.`,
	deletesHidden: (size) =>
		`Was du in den letzten zehn Minuten gelöscht hast (${size}), ist dann endgültig weg.`,
	deleteAndSave: (size) => `${size} löschen und speichern`,
	savedDeleted: (size) => `Gespeichert. ${size} gelöscht.`,
	more: 'Noch nicht gespeichert: Lies zuerst, was gelöscht würde.',
	age: 'Aufnahmen löschen nach',
	never: 'Nur wenn der Platz fehlt',
	days: (n) => count(n, 'Tag', 'Tagen'),
	ageNote: 'Angeheftetes bleibt. Gelöscht wird erst, wenn diese Seite eine Stunde lang offen war.',
	kept: 'Der Browser hat zugesagt, diese Aufnahmen zu behalten.',
	unkept: 'Der Browser kann das hier löschen.',
	unkeptWhy:
		'Wird der Speicher knapp, nimmt er zuerst die Aufnahmen von Seiten, die nicht installiert sind.',
	howToInstall: 'So installierst du die App',
	by: 'Was ihn belegt',
	chart: {
		title: 'Verlauf',
		range: 'Zeitraum',
		ranges: { day: '24 Stunden', week: '7 Tage', month: '31 Tage' },
		label: (from, to, now) => `Von ${from} bis ${to}. Jetzt ${now}.`,
		allowed: 'Erlaubt',
		empty: 'Erscheint, sobald die App eine Weile offen war.',
	},
	pins: {
		title: 'Angeheftet',
		none: 'Nichts ist angeheftet. Hefte im Player einen Moment an, dann bleibt er, bis du ihn löst.',
		unpin: 'Lösen',
		soon: 'Der Speicher ist voll, und das ist die älteste Aufnahme: Gelöst wird sie in wenigen Minuten gelöscht.',
		anyway: 'Lösen und löschen',
		unpinned: 'Nicht mehr angeheftet: Kann jetzt wie alle anderen Aufnahmen gelöscht werden.',
		full: 'Nicht angeheftet: Für mehr reicht der Platz nicht. Löse etwas anderes, oder erlaube mehr Platz.',
		span: (from, to) => `${from} bis ${to}`,
	},
	journal: {
		title: 'Was gelöscht wurde',
		none: 'Noch wurde nichts gelöscht.',
		next: (when) => `Als Nächstes werden Aufnahmen ab ${when} gelöscht.`,
		rules: {
			budget: 'um den erlaubten Platz einzuhalten',
			refused: 'weil der Browser keinen Platz hatte',
			age: 'wegen des Alters',
			person: 'weil du es gelöscht hast',
		},
		what: (size, why) => `${size} gelöscht, ${why}`,
		footage: (from, to) => `Aufnahmen von ${from} bis ${to}`,
		unsaved: (size) => `Davon waren ${size} beim Relay nicht bekannt`,
		more: 'Mehr zeigen',
	},
	copy: {
		title: 'Beim Relay',
		lead: 'Mit einer versiegelten Kopie beim Relay bleibt sicher, was die Kamera gesehen hat, auch wenn sie gestohlen wird oder kaputtgeht.',
		means: 'Was das bedeutet',
		amount: 'Menge',
		perDay: (size) => `Bis zu ${size} am Tag, bei der heutigen Datenmenge.`,
		perDayUnknown: 'So viel, wie deine Kameras aufnehmen.',
		lastsTerm: 'Wie lange sie bleibt',
		lasts: (size, time) =>
			`Das Relay hat ${size} für dein Zuhause: etwa ${time}, wenn nur dieses Gerät es nutzt. Danach ersetzen neue Aufnahmen die ältesten.`,
		lastsUnknown:
			'So lange das Relay Platz für dein Zuhause hat. Danach ersetzen neue Aufnahmen die ältesten.',
		learns: 'Was das Relay erfährt',
		learnsWhat:
			'Wann deine Kameras aufnehmen, wie viel, und dass etwas passiert ist. Nie Bilder, Ton oder Namen: Nur Geräte deines Zuhauses können die Kopie öffnen.',
		choice: 'Was kopiert wird',
		copiedToRelay: 'Wird zum Relay kopiert',
		choiceOf: (name) => `Was von ${name} kopiert wird`,
		choices: {
			nothing: 'Nichts',
			events: 'Ereignisse und der letzte Tag',
			everything: 'Alles',
		},
		eventsNote:
			'Was älter als ein Tag und noch nicht dort ist, wird nur rund um Ereignisse kopiert.',
		nothingNote: 'Was dort ist, bleibt, bis neue Aufnahmen es ersetzen.',
		begin: 'Kopie beim Relay behalten',
		notOwner: (owners) =>
			`Nur ein Besitzer kann das ändern${owners.length === 0 ? '' : `: ${listed(owners)}`}.`,
		notOwnerNext: 'Öffne auf dem Gerät eines Besitzers diese Kamera und ihre Steuerung.',
		warning: {
			others: 'Etwas anderes füllt die Festplatte des Relays.',
			index: 'Das Verzeichnis des Relays wächst schneller als seine Aufnahmen.',
			something: 'Beim Relay geht der Platz aus.',
		},
		warningAt: (when) => `Geht es so weiter, ist es am ${when} voll.`,
		warningAfter: {
			version: (when) => `Das Relay wurde am ${when} aktualisiert.`,
			cap: (when) => `Die Grenze des Relays wurde am ${when} geändert.`,
			share: (when) => `Der Anteil eines Zuhauses wurde am ${when} geändert.`,
			home: (when) => `Ein weiteres Zuhause nutzt das Relay seit ${when}.`,
			camera: (when) => `Eine weitere Kamera nutzt das Relay seit ${when}.`,
			something: (when) => `Am Relay wurde am ${when} etwas geändert.`,
		},
		warningNext:
			'Die ältesten Aufnahmen dort gehen zuerst. Wer das Relay betreibt, kann ihm mehr Platz geben.',
		freed: (size, from, to) =>
			`Zuletzt machte das Relay Platz: ${size}, von ${from} bis ${to}, gingen dort.`,
		alone: 'Noch könnte niemand eine Kopie öffnen.',
		aloneNext:
			'Füge ein weiteres Gerät hinzu oder mach ein Notfallblatt: Es bekommt die Schlüssel. Sonst ist die Kopie mit diesem Gerät verloren.',
		addDevice: 'Gerät hinzufügen',
		noRelay: 'Dieses Zuhause hat noch kein Relay.',
		noRelayNext:
			'Ein Relay ist ein kleiner Computer von dir, der immer an ist. Öffne die App von ihm aus und füge dort ein Gerät hinzu.',
		nearby: 'Deine Geräte sind direkt verbunden, ohne ein Relay, das eine Kopie behalten könnte.',
		nearbyNext:
			'Öffne die App von einem Relay aus: einem kleinen Computer von dir, der immer an ist.',
		upTo: (when) => `Beim Relay bis ${when}`,
		nothingYet: 'Noch nichts beim Relay',
		allThere: 'Alles da',
		asking: 'Das Relay wird gefragt, was es hat …',
		left: (n) => `noch ${count(n, 'Minute', 'Minuten')}`,
		leftAbout: (n, time) => `noch ${count(n, 'Minute', 'Minuten')}, Dauer etwa ${time}`,
		waitsForRelay: 'Wartet auf das Relay',
		held: {
			person: 'Pausiert',
			metered: 'Wartet auf ein Netz, das nicht nach Menge kostet',
			battery: 'Wartet, bis der Akku geladen ist',
			elsewhere: 'Ein anderer Tab dieses Browsers kopiert',
		},
		failed: {
			full: {
				what: 'Das Relay hat keinen Platz mehr.',
				next: 'Jede Minute wird es neu versucht. Wer das Relay betreibt, kann deinem Zuhause mehr Platz geben.',
			},
			denied: {
				what: 'Das Relay nimmt von diesem Gerät keine Aufnahmen an.',
				next: 'Ein Besitzer kann unter Einstellungen, Geräte nachsehen, ob dieses Gerät noch eine Kamera des Zuhauses ist.',
			},
			other: {
				what: 'Das Relay konnte gerade keine Aufnahmen speichern.',
				next: 'Es wird von selbst neu versucht. Nichts ist verloren: Bis dahin bleibt es auf diesem Gerät.',
			},
		},
		roomFrom: (when) => `Für Aufnahmen von vor ${when} hat das Relay keinen Platz.`,
		refused: (n, from, to) =>
			`${count(n, 'Stück', 'Stücke')} der Aufnahmen ließen sich nicht kopieren (${from} bis ${to}).`,
		refusedNext:
			'Sie bleiben auf diesem Gerät. „Prüfen und reparieren“ weiter unten sagt, ob sie beschädigt sind.',
		lost: (when) => `Dem Relay fehlten Aufnahmen von ${when}, deren Empfang es bestätigt hatte.`,
		lostNext:
			'Sie werden neu gesendet. Passiert das öfter, geht vielleicht seine Festplatte kaputt.',
		another: (when) => `Seit ${when} fehlt dem Relay die Kopie, oder es ist ein anderes.`,
		anotherNext: 'Alles wird neu gesendet, das Neueste zuerst.',
		unsaved: (time) => `In etwa ${time} löscht dieses Gerät Aufnahmen, die das Relay nicht hat.`,
		unsavedNow: 'Dieses Gerät löscht gerade Aufnahmen, die das Relay nicht hat.',
		unsavedNext: (recorded, uploaded) =>
			`Es nimmt ${recorded} in der Stunde auf und kopiert ${uploaded}. Erlaube oben mehr Platz, wähle eine niedrigere Qualität, oder lass mehr kopieren.`,
		pause: 'Pausieren',
		resume: 'Fortsetzen',
		sparesData: 'In Netzen warten, die nach Menge kosten',
		sparesBattery: 'Bei schwachem Akku warten',
		usage: (used, share) => `Dein Zuhause belegt ${used} von ${share} beim Relay`,
		lowered: (size) => `Ein Besitzer hat dein Zuhause dort auf ${size} begrenzt.`,
		share: {
			title: 'Grenze für dein Zuhause',
			meaning:
				'Mehr als das hat dein Zuhause beim Relay nie. Was es abgibt, ist dort für andere Zuhause da.',
			field: 'Höchstens, in GB',
			keeps: (time) => `Reicht beim heutigen Umfang für etwa ${time}.`,
			deletes: (size) => `Die ältesten ${size} beim Relay gehen sofort.`,
			set: 'Grenze setzen',
			deleteAndSet: (size) => `${size} beim Relay löschen`,
			none: 'Grenze aufheben',
			wrong: (least, most) => `Gib eine Menge von ${least} bis ${most} ein.`,
			saved: 'Gespeichert',
		},
		noHome: 'Von diesem Browser liegt noch nichts an einem anderen Ort.',
		noHomeNext:
			'Ein Relay, ein kleiner Computer von dir, der immer an ist, kann eine versiegelte Kopie behalten. Öffne die App von ihm aus, richte eine Kamera ein und schalte die Kopie hier ein.',
		noCamera:
			'Dieses Gerät nimmt nichts auf. Jede Kamera deines Zuhauses hat ihren eigenen Schalter für die Kopie.',
	},
};
