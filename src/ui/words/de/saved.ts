import type { SavedWords } from '#ui/words/en/saved.ts';
import { listed, named } from '#ui/words/format/named.ts';

const places = {
	here: 'Auf diesem Gerät',
	relay: 'Beim Relay',
	camera: 'Auf der Kamera',
	'here,relay': 'Auf diesem Gerät und beim Relay',
	'relay,camera': 'Beim Relay und auf der Kamera',
	'here,camera': 'Auf diesem Gerät und auf der Kamera',
	'here,relay,camera': 'Auf diesem Gerät, beim Relay und auf der Kamera',
};
const others = {
	here: 'dieses Gerät hat sie noch',
	relay: 'das Relay hat sie noch',
	camera: 'die Kamera hat sie noch',
};
type Place = keyof typeof others;

const amount = (segments: number) =>
	segments === 0
		? 'Aufnahmen'
		: segments < 120
			? `${String(segments)} s`
			: `${String(Math.round(segments / 60))} min`;
const where = (at: Place) =>
	({ here: 'auf diesem Gerät', relay: 'beim Relay', camera: 'auf der Kamera' })[at];
const who = (at: Place) => ({ here: 'Dieses Gerät', relay: 'Das Relay', camera: 'Die Kamera' })[at];

export const saved: SavedWords = {
	title: 'Gespeicherte Aufnahmen',
	loading: 'Suche nach Aufnahmen …',
	days: 'Tage mit Aufnahmen',
	cameras: (day) => `Aufnahmen vom ${day}`,
	covered: (day, percent) => `${day}, zu ${percent} aufgenommen`,
	play: (name, from) => `${named(name)}, ab ${from}`,
	none: 'An diesem Tag nichts.',
	pinned: 'Angeheftet',
	nothing: 'Noch ist nichts gespeichert.',
	nothingNext: 'Nutze dieses Gerät als Kamera, dann sind die Aufnahmen hier.',
	chooseAtCamera: 'Öffne die Kamera unter „Ansehen“: Dort steht, wie sich das ändern lässt.',
	earlier: 'Frühere Kameras',
	earlierNote: 'Nicht mehr in deinem Zuhause. Ihre Aufnahmen bleiben, bis du sie löschst.',
	range: (from, until) => `${from} bis ${until}`,
	where: {
		place: (origins) => places[origins.join() as keyof typeof places],
		upTo: (moment) => `Beim Relay bis ${moment}`,
		asking: 'Frage das Relay …',
		tryAgain: 'Noch einmal versuchen',
		away: {
			what: 'Das Relay ist nicht erreichbar.',
			next: 'Gezeigt wird, was auf diesem Gerät ist. Der Rest folgt von selbst.',
			nothing: 'Was dort gespeichert ist, erscheint von selbst, sobald es antwortet.',
		},
		refused: {
			what: 'Dieses Gerät darf nur live zuschauen.',
			next: 'Das kann ein Besitzer unter Einstellungen, Geräte ändern.',
		},
		none: (name) => ({
			what: `Ohne Relay bleibt auf ${named(name)}, was dort aufgenommen wird.`,
			next: `Öffne Spy-cam auf ${named(name)}, um es abzuspielen.`,
		}),
		notCopied: (name) => `Von ${named(name)} wird nichts zum Relay kopiert.`,
		chooseHere:
			'Wähle unter „Kameraeinstellungen“, was kopiert wird. Dann lässt es sich von hier abspielen.',
		chooseThere: (name) =>
			`Öffne Spy-cam auf ${named(name)}, um es abzuspielen, oder wähle dort unter „Speicher“, was kopiert wird.`,
		ask: (owners) =>
			owners.length === 0
				? 'Das kann nur ein Besitzer ändern.'
				: `Das kann nur ein Besitzer ändern: ${listed(owners)}.`,
		nothingYet: 'Beim Relay ist noch nichts angekommen.',
		nothingLeft: 'Von dieser Kamera ist nirgends etwas gespeichert.',
		locked: {
			what: 'Diesem Gerät fehlt der Schlüssel zu diesem Moment.',
			camera: (name) =>
				`${named(name)} gibt ihn heraus, wenn sie online ist. Für Aufnahmen, die älter sind als dieses Gerät in deinem Zuhause, braucht es einen Besitzer: Einstellungen, Geräte.`,
			gone: 'Das Gerät eines Besitzers kann ihn abspielen, oder eines, das es schon vorher konnte.',
		},
	},
	problem: {
		missing: (segments, at, origins) =>
			[`${amount(segments)} fehlen ${where(at)}`]
				.concat(origins.map((one) => others[one]))
				.join('; ') + '.',
		left: (at) =>
			`Ältere Aufnahmen sind nicht mehr ${where(at)}: Neuere haben den Platz gebraucht.`,
		old: (at) => `${who(at)} zeigt alte Daten: Dieses Gerät hat dort schon Neueres gesehen.`,
		withheld: (at) => `${who(at)} nennt weniger, als die Kamera unterschrieben hat.`,
		forged: (at) =>
			`${who(at)} hat etwas geschickt, das die Kamera nicht unterschrieben hat. Davon wird nichts gezeigt.`,
		more: (n) => (n === 1 ? 'Noch ein Hinweis.' : `Noch ${String(n)} Hinweise.`),
		asked: 'Die Kamera wurde gebeten, es noch einmal zu schicken.',
	},
	watch: 'Live zuschauen',
	notes: (n) => (n === 1 ? '1 technischer Hinweis' : `${String(n)} technische Hinweise`),
	quiet: 'An diesem Tag ist nichts passiert.',
};
