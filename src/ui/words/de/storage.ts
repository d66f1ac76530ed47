import type { StorageWords } from '#ui/words/en/storage.ts';
import { GERMAN } from '#ui/words/format/formats.ts';

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
		more: 'Mehr zeigen',
	},
};
