import type { DeviceWords } from '#ui/words/en/devices.ts';
import { GERMAN } from '#ui/words/format/formats.ts';
import { listed, named } from '#ui/words/format/named.ts';

const seconds = (ms: number) => GERMAN.across(Math.max(100, Math.round(ms / 100) * 100));

const notDone = 'Es wurde nichts geändert. Versuche es noch einmal.';

export const devices: DeviceWords = {
	title: 'Geräte',
	lead: 'Sie vertrauen einander. Nur diese Geräte können lesen, was eine Kamera sieht.',
	none: 'Dieses Gerät gehört noch zu keinem Zuhause. Es legt eines an, wenn es Kamera wird, oder tritt einem bei, wenn es gekoppelt wird.',
	alone: 'Nur dieses Gerät. Kopple ein weiteres, um von dort zuzuschauen.',
	pair: 'Gerät koppeln',
	notOwner: (owners) =>
		`Nur ein Besitzer kann diese Liste ändern${owners.length === 0 ? '' : `: ${listed(owners)}`}.`,
	forkedWhat:
		'Die Geräteliste des Relays widerspricht der auf diesem Gerät und wird deshalb ignoriert.',
	forkedNext:
		'Vergleiche die Sicherheitsnummern auf zwei deiner eigenen Geräte. Sind sie gleich, ist dein Zuhause sicher: Entferne jedes Gerät, das du nicht kennst, und nutze dieses Relay nicht, bis die Person, die es betreibt, das erklärt hat.',
	fork: {
		what: 'Zwei Besitzer haben die Geräteliste gleichzeitig geändert.',
		mine: 'Hier:',
		theirs: 'Beim Relay:',
		lines: {
			in: (name) => `„${named(name)}“ wurde hinzugefügt`,
			out: (name) => `„${named(name)}“ wurde entfernt`,
			changed: (name) => `„${named(name)}“ wurde geändert`,
			home: () => 'die Einstellungen des Zuhauses wurden geändert',
		},
		nothing: 'nichts, was noch gilt',
		next: 'Kennst du all diese Änderungen, führe die Listen zusammen: Dann gilt alles überall, und ein auf einer Seite entferntes Gerät bleibt draußen.',
		ask: 'Ein Besitzer, der in beiden Listen steht, kann sie auf seinem Gerät zusammenführen. Bis dahin nutzt jedes Gerät seine eigene Liste.',
		settle: 'Zusammenführen',
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
	safetyNote: 'Sind die Ziffern auf beiden Geräten gleich, fängt niemand die Verbindung ab.',
	edit: 'Ändern',
	name: 'Name',
	taken: (name) => `Ein anderes Gerät heißt auch „${named(name)}“.`,
	cameraTaken: (name) => `Eine andere Kamera heißt auch „${named(name)}“.`,
	callIt: (name) => `„${named(name)}“ nennen`,
	role: 'Was es darf',
	only: 'Nichts ansehen',
	roleNotes: {
		owner: 'Kann alles: Aufnahmen beenden, Geräte hinzufügen und entfernen.',
		viewer:
			'Kann Kameras ansehen und steuern, aber weder eine Aufnahme noch den Wachmodus beenden.',
		'view-only': 'Kann live und Gespeichertes ansehen. Kann keine Kamera steuern.',
		'live-only': 'Kann live ansehen, nichts Gespeichertes. Kann keine Kamera steuern.',
		camera: 'Nimmt auf. Kann keine andere Kamera ansehen.',
		recovery: 'Gedruckt, falls alle Geräte der Besitzer verloren sind.',
	},
	isCamera: 'Es ist eine Kamera',
	lastOwner: 'Es ist der einzige Besitzer und bleibt es.',
	end: 'Endet am',
	endNote: 'Ohne Datum bleibt es, bis du es entfernst.',
	save: 'Speichern',
	cancel: 'Abbrechen',
	makeOwner: 'Auch dieses zum Besitzer machen',
	makeOwnerWhy: 'Bei nur einem Besitzer ist mit dem Gerät auch das Zuhause verloren.',
	showEarlier: 'Auch frühere Aufnahmen zeigen',
	showEarlierNote:
		'Es sieht, was von jetzt an aufgenommen wird. So bekommt es auch die Schlüssel zu dem, was vorher war.',
	revoke: 'Entfernen',
	revokeTitle: (name) => `${named(name)} entfernen?`,
	added: (when) => `Hinzugefügt ${when}`,
	number: (digits) => `Nummer ${digits} …`,
	twins: (name) => `Ein anderes Gerät heißt auch „${named(name)}“. Prüfe, ob du dieses meinst:`,
	revokeSelf: 'Dieses Gerät aus dem Zuhause entfernen?',
	revokeWhat: [
		'Es wird in Sekunden abgetrennt: keine Bilder, keine Aufnahmen, keine Befehle.',
		'Jede Kamera verschlüsselt ab dann mit einem neuen Schlüssel, den es nie bekommt.',
		'Was es schon gesehen oder als Datei gespeichert hat, behält es.',
		'Um zurückzukommen, muss es neu gekoppelt werden.',
	],
	revokeYes: 'Entfernen',
	saved: {
		asking: 'Das Relay wird gefragt, was es gespeichert hat …',
		unknown:
			'Das Relay antwortet nicht. Was das Gerät dort gespeichert haben mag, bleibt also. Ein Besitzer kann es später löschen.',
		what: (size, since, count) =>
			`${count === 1 ? 'Seine Kamera hat' : 'Seine Kameras haben'} seit ${since} beim Relay ${size} gespeichert.`,
		keep: 'Behalten',
		keepNote: 'Es lässt sich weiter abspielen, unter „Frühere Kameras“.',
		remove: 'Alles löschen',
		removeNote: 'Endgültig, auch Angeheftetes. Das lässt sich nicht rückgängig machen.',
		self: 'Es bleibt, und lässt sich unter „Frühere Kameras“ abspielen. Ein anderer Besitzer kann es löschen.',
		yes: 'Entfernen und löschen',
		deleting: (percent) => `Was es beim Relay gespeichert hat, wird gelöscht: ${String(percent)} %`,
		deletingLabel: 'Gelöscht',
		deleted: 'Alles, was es beim Relay gespeichert hat, ist gelöscht.',
		failed: 'Nicht alles, was es beim Relay gespeichert hat, ist gelöscht.',
		again: 'Den Rest löschen',
		title: (name) => `Alle Aufnahmen von ${named(name)} löschen?`,
		button: 'Alle Aufnahmen löschen',
		type: (name) => `Zur Bestätigung „${named(name)}“ eintippen:`,
		close: 'Schließen',
	},
	proofRelay: (ms) => `das Relay hat es nach ${seconds(ms)} getrennt`,
	proofRelayNot: 'das Relay war noch nicht zu erreichen',
	proofCamera: (name, ms) => `${named(name)} nach ${seconds(ms)}`,
	proofCameraNot: (name) => `${named(name)} hat noch nicht geantwortet`,
	proof: (parts) => `Entfernt: ${parts.join(', ')}`,
	proofNext: 'Eine Kamera, die offline ist, trennt es, bevor sie wieder etwas sendet.',
	working: 'Einen Moment …',
	done: {
		rename: 'Umbenannt.',
		change: 'Geändert.',
		earlier: 'Es hat die Schlüssel zu früheren Aufnahmen.',
		revoke: '',
	},
	failed: {
		unavailable: notDone,
		offline:
			'Es gibt keine Verbindung. Hier ist es erledigt; die anderen Geräte erfahren es, sobald es eine gibt.',
		denied: 'Das kann nur ein Besitzer, und der letzte bleibt Besitzer.',
		quota: 'Der Browser hat keinen Speicherplatz mehr. Es wurde nichts geändert.',
		'not-found': 'Dieses Gerät gehört nicht mehr zum Zuhause.',
		conflict:
			'Inzwischen hat ein anderer Besitzer etwas geändert. Prüfe die Liste noch einmal und entscheide dann.',
		malformed: 'Dieser Name oder dieses Datum ist ungültig. Wähle etwas anderes.',
		corrupt: 'Die Geräteliste ist beschädigt. Es wurde nichts geändert.',
		unsupported: 'Dieser Browser kann das nicht.',
		aborted: notDone,
		timeout:
			'Der Browser hat nicht rechtzeitig geantwortet. Sieh nach, ob es geklappt hat, bevor du es noch einmal versuchst.',
		system: notDone,
		unreadable: notDone,
		newer:
			'Hier wurde eine neuere Version von Spy-cam verwendet. Lade sie und versuche es noch einmal.',
		blocked: 'Ein anderer Tab von Spy-cam blockiert das. Schließe ihn und versuche es noch einmal.',
		cleared: 'Die Daten dieser Seite wurden im Browser gelöscht. Lade die Seite neu.',
		unconfirmed:
			'Es kam keine Antwort. Sieh nach, ob es geklappt hat, bevor du es noch einmal versuchst.',
		internal: 'Etwas ist schiefgegangen. Es wurde nichts geändert.',
	},
	kinds: {
		off: 'Kamera ist aus',
		starting: 'Startet …',
		preview: 'Nimmt nicht auf',
		recording: 'Nimmt auf',
		blind: 'Speichert nicht',
	},
};
