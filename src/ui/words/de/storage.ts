import type { StorageWords } from '#ui/words/en/storage.ts';
import { GERMAN } from '#ui/words/format/formats.ts';

const { count } = GERMAN;

export const storage: StorageWords = {
	title: 'Speicher',
	used: 'Belegter Speicher',
	of: (used, budget) => `${used} von ${budget}`,
	keeps: (time) => `Behält etwa ${time} bei der gewählten Qualität.`,
	keepsNow: (time) => `Behält etwa ${time} bei der heutigen Menge.`,
	fullIn: (time) =>
		`Voll in etwa: ${time}. Dann weichen die ältesten Minuten zuerst, und die Aufnahme geht weiter.`,
	reaches: (when) =>
		`Der Platz ist voll, und so soll es sein: Die Aufnahmen reichen zurück bis ${when}, die ältesten Minuten weichen zuerst.`,
	rate: (camera, size) => `${camera}: ${size} in der Stunde.`,
	camera: 'Diese Kamera',
	faster: (times) => `Das ist ${times}-mal so viel wie am Tag davor.`,
	slower: (times) => `Am Tag davor war es ${times}-mal so viel.`,
	changes: {
		'quality-raised': (when) => `Die Qualität wurde am ${when} erhöht.`,
		'quality-lowered': (when) => `Die Qualität wurde am ${when} gesenkt.`,
		'sound-on': (when) => `Der Ton wurde am ${when} eingeschaltet.`,
		'sound-off': (when) => `Der Ton wurde am ${when} ausgeschaltet.`,
		lens: (when) => `Am ${when} wurde eine andere Kamera gewählt.`,
		budget: (when) => `Der erlaubte Platz wurde am ${when} geändert.`,
		age: (when) => `Wie lange Aufnahmen bleiben, wurde am ${when} geändert.`,
	},
	kinds: {
		pinned: 'Angeheftet',
		footage: 'Aufnahmen',
		previews: 'Kleine Bilder',
		index: 'Verzeichnis',
		reserve: 'Reserve',
		other: 'App und Browser',
	},
	levels: {
		warn: {
			what: 'Angeheftetes belegt drei Viertel des Platzes.',
			next: 'Neue Aufnahmen bleiben kürzer. Löse, was du nicht mehr brauchst, oder erlaube mehr Platz.',
		},
		high: {
			what: 'Angeheftetes belegt den größten Teil des Platzes.',
			next: 'Neue Aufnahmen bleiben nur kurz. Löse etwas, oder erlaube mehr Platz.',
		},
		critical: {
			what: 'Angeheftetes belegt fast den ganzen Platz.',
			next: 'Mehr lässt sich nicht anheften. Löse jetzt etwas, oder erlaube mehr Platz.',
		},
		emergency: {
			what: 'Der Browser hatte gerade keinen Platz für mehr.',
			next: 'Die ältesten Aufnahmen sind gewichen, die Aufnahme geht weiter. Schaffe auf diesem Gerät Platz.',
		},
	},
	growth: (kind, time) => `${kind}: wächst so schnell, dass der Platz bald weg ist (etwa ${time}).`,
	growthNext: 'Sieh nach, was sich geändert hat, und erlaube mehr Platz, wenn du es so willst.',
	budget: 'Wie viel Platz belegt werden darf',
	exactly: 'Genau, in GB',
	lasts: (size, time) => `${size}: etwa ${time}`,
	save: 'Speichern',
	saved: 'Gespeichert.',
	wrong: 'Gib eine Zahl von 0,05 bis 10.000 GB an.',
	pinsNeed: 'Angeheftetes braucht mehr als das. Löse erst etwas.',
	refused: (size, when) =>
		`Der Browser hatte am ${when} keinen Platz für mehr. Seither begnügen sich die Aufnahmen mit ${size} und versuchen jeden Tag etwas mehr.`,
	note: 'Aufnahmen liegen in diesem Browser, auf diesem Gerät, sonst nirgends.',
	damaged: (n) =>
		`${count(n, 'Eintrag war', 'Einträge waren')} nicht lesbar und wurden beiseite gelegt.`,
	counting: 'Zählt, was gelöscht würde …',
	deletes: (time, size, until) =>
		`Speichern löscht die ältesten Aufnahmen (${time}, ${size}) bis ${until}. Angeheftetes bleibt.`,
	deletesHidden: (size) =>
		`Speichern löscht endgültig, was du in den letzten zehn Minuten gelöscht hast (${size}).`,
	deleteAndSave: (size) => `${size} löschen und speichern`,
	savedDeleted: (size) => `Gespeichert. ${size} gelöscht.`,
	more: 'Noch nicht gespeichert: Lies erst, was gelöscht würde.',
	age: 'Aufnahmen löschen nach',
	never: 'Nur wenn der Platz fehlt',
	days: (n) => count(n, 'Tag', 'Tagen'),
	ageNote: 'Angeheftetes bleibt. Gelöscht wird erst, wenn diese Seite eine Stunde lang offen war.',
	kept: 'Der Browser hat zugesagt, diese Aufnahmen zu behalten.',
	unkept: 'Der Browser kann diese Aufnahmen löschen, wenn die Platte fast voll ist.',
	chart: {
		title: 'Im Lauf der Zeit',
		range: 'Gezeigte Zeit',
		ranges: { day: '24 Stunden', week: '7 Tage', month: '31 Tage' },
		label: (from, to, now) => `Von ${from} bis ${to}. Jetzt ${now}.`,
		allowed: 'Erlaubt',
		empty: 'Gezeichnet wird, sobald die App eine Weile offen war.',
	},
	pins: {
		title: 'Angeheftet',
		none: 'Nichts ist angeheftet. Markiere im Player einen Moment und hefte ihn an: Dann löscht ihn nichts.',
		held: (size) => `Angeheftetes belegt ${size}.`,
		unpin: 'Lösen',
		soon: 'Der Platz ist voll, und dies ist das Älteste: Ohne Anheftung wird es in wenigen Minuten gelöscht.',
		anyway: 'Lösen und löschen',
		unpinned: 'Nicht mehr angeheftet: Es weicht ab jetzt wie alle anderen Aufnahmen.',
		full: 'Es ist nicht angeheftet: Mehr lässt sich nicht anheften. Löse etwas anderes, oder erlaube mehr Platz.',
		span: (from, to) => `${from} bis ${to}`,
	},
	journal: {
		title: 'Was gelöscht wurde',
		none: 'Noch wurde nichts gelöscht.',
		next: (when) => `Als Nächstes weichen Aufnahmen ab ${when}.`,
		rules: {
			budget: 'um im erlaubten Platz zu bleiben',
			refused: 'weil der Browser keinen Platz hatte',
			age: 'weil es alt genug war',
			person: 'weil du es gelöscht hast',
		},
		what: (size, why) => `${size} gelöscht, ${why}`,
		footage: (from, to) => `Aufnahmen von ${from} bis ${to}`,
		more: 'Mehr zeigen',
	},
};
