import type { DeviceWords } from '#ui/words/en/devices.ts';
import { GERMAN } from '#ui/words/format/formats.ts';
import { listed, named } from '#ui/words/format/named.ts';

const seconds = (ms: number) => GERMAN.across(Math.max(100, Math.round(ms / 100) * 100));

const notDone = 'Es wurde nichts geändert. Versuche es noch einmal.';

export const devices: DeviceWords = {
	title: 'Geräte',
	lead: 'Sie vertrauen einander. Was eine Kamera sieht, lässt sich nur auf diesen Geräten lesen.',
	none: 'Dieses Gerät gehört noch zu keinem Zuhause. Es gründet eines, wenn es Kamera wird, oder kommt in eines, wenn es gekoppelt wird.',
	alone: 'Nur dieses Gerät. Kopple ein anderes, um von dort zuzusehen.',
	pair: 'Gerät koppeln',
	notOwner: (owners) =>
		`Nur ein Besitzer darf diese Liste ändern${owners.length === 0 ? '' : `: ${listed(owners)}`}.`,
	forkedWhat:
		'Das Relais zeigt eine Geräteliste, die nicht zu unserer passt. Ihr wird nicht geglaubt.',
	forkedNext:
		'Vergleiche die Sicherheitsnummern auf zwei deiner eigenen Geräte. Sind sie gleich, ist dein Zuhause sicher: Entferne, was du hier nicht kennst, und nutze dieses Relais nicht, bis sein Betreiber es erklärt hat.',
	fork: {
		what: 'Zwei Besitzer haben die Geräteliste gleichzeitig geändert.',
		mine: 'Hier:',
		theirs: 'Beim Relais:',
		lines: {
			in: (name) => `„${named(name)}“ wurde hereingelassen`,
			out: (name) => `„${named(name)}“ wurde entfernt`,
			changed: (name) => `„${named(name)}“ wurde geändert`,
			home: () => 'die Einstellungen des Zuhauses wurden geändert',
		},
		nothing: 'nichts, was noch gilt',
		next: 'Kennst du all diese Änderungen, führe beide Listen zusammen: Dann gilt alles überall, und wer auf einer Seite entfernt wurde, bleibt draußen.',
		ask: 'Ein Besitzer, der in beiden Listen steht, kann sie auf seinem Gerät zusammenführen. Bis dahin hält sich jedes Gerät an seine eigene.',
		settle: 'Beide zusammenführen',
	},
	unnamed: 'Ohne Namen',
	self: 'Dieses Gerät',
	roles: {
		owner: 'Besitzer',
		viewer: 'Ansehen und steuern',
		'view-only': 'Ansehen',
		'live-only': 'Nur live ansehen',
		camera: 'Kamera',
		recovery: 'Notfallblatt',
	},
	andCamera: (role) => `${role}, auch Kamera`,
	until: (date) => `bis ${date}`,
	safety: 'Sicherheitsnummer',
	safetyNote: 'Gleiche Ziffern auf beiden Geräten heißt: Niemand steht dazwischen.',
	edit: 'Ändern',
	name: 'Name',
	taken: (name) => `Ein anderes Gerät heißt auch „${named(name)}“.`,
	cameraTaken: (name) => `Eine andere Kamera heißt auch „${named(name)}“.`,
	callIt: (name) => `„${named(name)}“ nennen`,
	role: 'Was es darf',
	only: 'Nichts ansehen',
	roleNotes: {
		owner: 'Darf alles: Aufnahmen beenden, Geräte hereinlassen und entfernen.',
		viewer:
			'Darf Kameras ansehen und steuern, aber weder eine Aufnahme noch den Wachmodus beenden.',
		'view-only': 'Darf live und Gespeichertes ansehen. Steuert keine Kamera.',
		'live-only': 'Darf live ansehen, nichts Gespeichertes. Steuert keine Kamera.',
		camera: 'Nimmt auf. Darf den anderen nicht zusehen.',
		recovery: 'Gedruckt, für den Tag, an dem alle Besitzer verloren sind.',
	},
	isCamera: 'Es ist eine Kamera',
	lastOwner: 'Es ist der einzige Besitzer und bleibt es.',
	end: 'Endet am',
	endNote: 'Leer: Es bleibt, bis du es entfernst.',
	save: 'Speichern',
	cancel: 'Abbrechen',
	makeOwner: 'Auch dieses zum Besitzer machen',
	makeOwnerWhy: 'Gibt es nur einen Besitzer, ist mit dem Gerät das Zuhause verloren.',
	showEarlier: 'Auch frühere Aufnahmen zeigen',
	showEarlierNote:
		'Es sieht, was von jetzt an aufgenommen wird. So bekommt es auch die Schlüssel zu dem, was vorher war.',
	revoke: 'Entfernen',
	revokeTitle: (name) => `${named(name)} entfernen?`,
	revokeSelf: 'Genau dieses Gerät aus dem Zuhause entfernen?',
	revokeWhat: [
		'Es ist in Sekunden abgeschnitten: keine Bilder, keine Aufnahmen, keine Befehle.',
		'Jede Kamera versiegelt ab dann mit einem neuen Schlüssel, den es nie bekommt.',
		'Was es schon gesehen oder als Datei gesichert hat, behält es.',
		'Um zurückzukommen, muss es neu gekoppelt werden.',
	],
	revokeYes: 'Ja, entfernen',
	proofRelay: (ms) => `das Relais hat es nach ${seconds(ms)} getrennt`,
	proofRelayNot: 'das Relais war noch nicht zu erreichen',
	proofCamera: (name, ms) => `${named(name)} nach ${seconds(ms)}`,
	proofCameraNot: (name) => `${named(name)} hat noch nicht geantwortet`,
	proof: (parts) => `Weg: ${parts.join(', ')}`,
	proofNext: 'Eine Kamera, die nicht da ist, trennt es, bevor sie wieder etwas schickt.',
	working: 'Einen Moment …',
	done: {
		rename: 'Es hat seinen neuen Namen.',
		change: 'Es ist geändert.',
		earlier: 'Es hat die Schlüssel früherer Aufnahmen.',
		revoke: '',
	},
	failed: {
		unavailable: notDone,
		offline:
			'Es gibt keine Verbindung. Hier ist es getan; die anderen erfahren es, sobald es eine gibt.',
		denied: 'Das darf nur ein Besitzer, und der letzte bleibt einer.',
		quota: 'Der Browser hat keinen Platz mehr. Es wurde nichts geändert.',
		'not-found': 'Dieses Gerät gehört nicht mehr zum Zuhause.',
		conflict:
			'Inzwischen hat ein anderer Besitzer etwas geändert. Sieh dir die Liste noch einmal an und entscheide dann.',
		malformed: 'Dieser Name oder dieses Datum geht nicht. Wähle etwas anderes.',
		corrupt: 'Die Geräteliste ist beschädigt. Es wurde nichts geändert.',
		unsupported: 'Dieser Browser kann das nicht.',
		aborted: notDone,
		timeout:
			'Der Browser hat nicht rechtzeitig geantwortet. Sieh nach, ob es geschehen ist, bevor du es noch einmal versuchst.',
		system: notDone,
		unreadable: notDone,
		newer: 'Hier war eine neuere Version von Spy-cam. Lade sie, dann versuche es noch einmal.',
		blocked: 'Ein anderer Tab von Spy-cam ist im Weg. Schließe ihn, dann versuche es noch einmal.',
		cleared: 'Die Daten dieser Seite wurden im Browser gelöscht. Lade die Seite neu.',
		unconfirmed:
			'Es kam keine Antwort. Sieh nach, ob es geschehen ist, bevor du es noch einmal versuchst.',
		internal: 'Etwas ging schief, das nicht schiefgehen sollte. Es wurde nichts geändert.',
	},
	glance: 'Geräte dieses Zuhauses',
	kinds: {
		off: 'Kamera ist aus',
		starting: 'Startet …',
		preview: 'Nimmt nicht auf',
		recording: 'Nimmt auf',
		blind: 'Speichert nicht',
	},
};
