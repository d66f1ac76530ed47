import type { FaultKind } from '#domain/base/fault.ts';
import type { NoKit } from '#domain/pairing/kit.ts';
import type { RecoveryEnd } from '#domain/pairing/recovery-end.ts';
import type { Trial } from '#state/home/kit.svelte.ts';
import type { KitWords } from '#ui/words/en/kit.ts';
import type { Advice } from '#ui/words/en/index.ts';
import { named } from '#ui/words/format/named.ts';

const unchanged = 'Nichts wurde geändert. Versuche es noch einmal.';
const failed: Readonly<Partial<Record<FaultKind, string>>> = {
	offline: 'Das Relay ist nicht erreichbar. Versuche es wieder, wenn es das ist.',
	timeout: 'Das Relay hat nicht geantwortet. Versuche es noch einmal.',
	denied: 'Das darf nur ein Besitzer.',
	conflict: 'Inzwischen wurde etwas anderes geändert. Versuche es noch einmal.',
	corrupt:
		'Das Blatt gehört zu diesem Zuhause, öffnet aber nicht alle Schlüssel. Mache auf einem Gerät eines Besitzers ein neues.',
};

const noKit: Readonly<Record<NoKit, string>> = {
	length: 'Ein Notfallblatt hat 26 Zeichen. Etwas fehlt oder ist zu viel.',
	character: 'Da ist ein Zeichen, das es auf keinem Blatt gibt. Nur Buchstaben und Ziffern, nie U.',
	slip: 'Ein Zeichen ist falsch, oder zwei sind vertauscht.',
};

const paper = 'Vergleiche mit dem Papier und versuche es noch einmal.';

const trials: Readonly<Record<Trial, string>> = {
	length: `${noKit.length} ${paper}`,
	character: `${noKit.character} ${paper}`,
	slip: `${noKit.slip} ${paper}`,
	works: 'Dieses Blatt ist gut: Es öffnet dieses Zuhause. Nichts wurde geändert.',
	old: 'Das ist ein älteres Blatt dieses Zuhauses. Es ist nichts mehr wert: Vernichte es.',
	other: 'Das ist kein Blatt dieses Zuhauses, oder die Passphrase stimmt nicht.',
};

const ends: Readonly<Record<RecoveryEnd, Advice>> = {
	length: { what: noKit.length, next: paper },
	character: { what: noKit.character, next: paper },
	slip: { what: noKit.slip, next: paper },
	'unknown-kit': {
		what: 'Dieses Relay kennt kein Zuhause zu diesem Blatt.',
		next: 'Vergleiche die Zeichen mit dem Papier und gib die Passphrase ein, wenn das Blatt eine nennt. Ist dein Zuhause an einem anderen Relay? Seine Adresse steht auf dem Blatt: Tippe sie unten ein.',
	},
	'taken-out': {
		what: 'Dieses Blatt ist nichts mehr wert: Ein Besitzer hat es abgelehnt oder ein neueres gemacht.',
		next: 'Suche ein neueres Blatt. Geht noch ein Gerät eines Besitzers, verbinde dieses von dort aus.',
	},
	owner: {
		what: 'Dieses Gerät ist schon Besitzer dieses Zuhauses.',
		next: 'Nimm das verlorene Gerät in den Einstellungen heraus.',
	},
	clock: {
		what: 'Die Uhren dieses Geräts und des Relays gehen um mehr als zehn Minuten auseinander.',
		next: 'Stelle beide richtig und versuche es noch einmal.',
	},
	'no-relay': {
		what: 'An dieser Adresse ist kein Relay, nur die App.',
		next: 'Tippe die Adresse ein, die auf dem Blatt steht, oder die neue, wenn sie sich geändert hat.',
	},
	unreachable: {
		what: 'Das Relay ist nicht erreichbar.',
		next: 'Dieses Gerät muss im selben Netz sein wie das Relay oder es erreichen können. Hat sich seine Adresse geändert? Tippe die neue unten ein und versuche es noch einmal.',
	},
	version: {
		what: 'App und Relay haben verschiedene Versionen.',
		next: 'Bitte aktualisieren: Lade diese Seite neu und starte das Relay in seiner neuesten Version.',
	},
	'too-many': { what: 'Das waren zu viele Versuche.', next: 'Warte ein paar Minuten.' },
	failed: { what: 'Es hat nicht geklappt.', next: 'Versuche es noch einmal.' },
};

export const kit: KitWords = {
	title: 'Notfallblatt',
	lead: 'Ein Blatt Papier für den Tag, an dem alle Geräte der Besitzer verloren sind. Mit ihm wird ein neues Gerät Besitzer dieses Zuhauses.',
	none: 'Es gibt keines. Geht dieses Gerät verloren, kann niemand mehr Geräte hereinlassen, herausnehmen oder lesen, was nur dieses Gerät lesen kann.',
	made: (when) => `Gemacht am ${when}.`,
	tried: (when) => `Auf diesem Gerät zuletzt geprüft am ${when}.`,
	untried: 'Auf diesem Gerät noch nicht geprüft.',
	notOwner: 'Nur ein Besitzer macht eines.',
	noRelay: 'Ein Notfallblatt braucht ein Relay: Dort findet ein neues Gerät dein Zuhause.',
	make: 'Notfallblatt machen',
	makeNew: 'Ein neues machen',
	makeNewNote: 'Das von vorher ist dann nichts mehr wert.',
	test: 'Blatt prüfen',
	testNote: 'Tippe ein, was auf dem Papier steht. Dadurch ändert sich nichts.',
	characters: 'Die 26 Zeichen',
	check: 'Prüfen',
	trials,
	failed: (kind) => failed[kind] ?? unchanged,
	cancel: 'Abbrechen',
	passphrase: {
		lead: 'Eine Passphrase schützt dich, wenn jemand das Blatt findet: Ohne sie öffnet es nichts.',
		label: 'Passphrase (empfohlen)',
		again: 'Passphrase noch einmal',
		note: 'Mindestens 8 Zeichen, besser vier Wörter. Sie steht nicht auf dem Blatt, und niemand kann sie zurücksetzen: Bewahre sie anderswo auf. Lass beide Felder leer für ein Blatt ohne Passphrase.',
		differs: 'Die beiden Passphrasen sind nicht gleich.',
		short: 'Eine Passphrase hat mindestens 8 Zeichen.',
		next: 'Blatt zeigen',
	},
	sheet: {
		title: 'Dein Notfallblatt',
		lead: 'Drucke es aus oder schreibe die Zeichen ab. Sie sind nur jetzt zu sehen.',
		qr: 'Notfallblatt als QR-Code',
		relay: 'Dein Zuhause trifft sich bei',
		steps: [
			'Öffne diese Adresse auf einem neuen Gerät und wähle „Mit dem Notfallblatt zurückkommen“, oder scanne den Code.',
			'Warte 24 Stunden. Geräte, die noch da sind, können es in dieser Zeit ablehnen.',
			'Komm mit dem Blatt wieder: Das neue Gerät ist Besitzer. Nimm das verlorene heraus.',
		],
		guarded: 'Zu diesem Blatt gehört eine Passphrase. Sie steht nicht darauf.',
		stepsTitle: 'Wenn alle Geräte der Besitzer verloren sind',
		canTitle: 'Gut zu wissen',
		can: [
			'Wer dieses Blatt hat (und seine Passphrase, wenn es eine gibt), kann nach einem Tag Besitzer werden und vorher schon die Namen deiner Geräte lesen. Verwahre es wie einen Reisepass, nicht bei einer Kamera.',
			'Es öffnet, was Kameras aufgenommen haben, die noch gehen. Was nur auf einem verlorenen Gerät war, ist fort.',
			'Ist auch das Blatt verloren, kommt niemand mehr herein. Niemand sonst hat eine Kopie.',
		],
		print: 'Drucken',
		kept: 'Ich habe es sicher verwahrt',
		app: 'Spy-cam',
		madeOn: (when) => `Gemacht am ${when}`,
	},
	proof: {
		title: 'Hast du es?',
		lead: 'Tippe zwei Gruppen von deinem Papier ab. Dann gilt das Blatt.',
		group: (n) => `Gruppe ${n} von 5`,
		wrong: 'Das steht nicht auf dem Blatt. Sieh noch einmal nach.',
		finish: 'Fertig',
		back: 'Noch einmal zeigen',
		under: 'Macht das Blatt gültig …',
	},
	done: 'Das Blatt gilt. Verwahre es sicher und prüfe es einmal im Jahr.',
	nudge: {
		what: 'Es gibt noch kein Notfallblatt.',
		next: 'Geht dieses Gerät verloren, kann es niemand mehr aus deinem Zuhause herausnehmen.',
	},
	alarm: {
		what: (name) =>
			`Jemand benutzt das Notfallblatt dieses Zuhauses: „${named(name)}“ will Besitzer werden.`,
		unnamed: 'ein Gerät ohne Namen',
		next: (when) =>
			`Bist du es, ist nichts zu tun: Ab ${when} ist es Besitzer. Bist du es nicht, lehne ab. Dann ist das Blatt nichts mehr wert, und du machst ein neues.`,
		viewer: (when) =>
			`Ab ${when} ist es Besitzer. Hat das niemand von euch getan, sage es einem Besitzer: Nur ein Besitzer kann ablehnen.`,
		refuse: 'Das bin ich nicht: ablehnen',
		refused: 'Abgelehnt. Niemand ist Besitzer geworden.',
	},
	back: {
		title: 'Mit dem Notfallblatt zurückkommen',
		lead: 'Alle Geräte der Besitzer sind verloren? Mit dem Notfallblatt wird dieses Gerät Besitzer deines Zuhauses, nach 24 Stunden.',
		given: {
			link: 'Du hast den Link eines Notfallblatts geöffnet.',
			scan: 'Du hast ein Notfallblatt gescannt.',
		},
		kit: 'Die 26 Zeichen des Blatts',
		kitNote: 'Groß oder klein, mit oder ohne Leerzeichen.',
		passphrase: 'Passphrase des Blatts',
		passphraseMaybe: 'Passphrase, wenn das Blatt eine nennt',
		passphraseNote: 'Sie steht nicht auf dem Blatt. Das Prüfen dauert einen Augenblick.',
		name: 'Name dieses Geräts',
		relay: 'Adresse des Relays',
		relayNote: 'Bleibt leer, wenn du diese Seite von deinem Relay geöffnet hast.',
		relayOfKit:
			'Leer gilt die Adresse auf dem Blatt. Tippe die neue ein, wenn sie sich geändert hat.',
		button: 'Zurückkommen',
		scan: 'Blatt scannen',
		scanning: 'Richte die Kamera auf den Code des Blatts.',
		stopScan: 'Nicht mehr scannen',
		busy: 'Spricht mit dem Relay …',
		waitingTitle: 'Jetzt einen Tag warten',
		fresh: (when) =>
			`Das Blatt stimmt. Komm ab ${when} mit ihm auf diese Seite zurück: Dann ist dieses Gerät Besitzer.`,
		still: (when) => `Es ist noch zu früh. Komm ab ${when} mit dem Blatt wieder.`,
		why: 'Der Tag schützt dich vor jemandem, der dein Blatt findet: Deine anderen Geräte sagen es sofort, und ein Besitzer kann ablehnen.',
		keep: 'Verwahre das Blatt bis dahin. Lösche die Daten dieses Browsers nicht: Gewartet wird für genau dieses Gerät.',
		again: 'Die Wartezeit läuft schon',
		ready: 'Der Tag ist um: Tippe oder scanne das Blatt noch einmal.',
		doneTitle: 'Du bist zurück',
		done: 'Dieses Gerät ist Besitzer deines Zuhauses.',
		doneNext:
			'Nimm das verlorene Gerät heraus, damit niemand, der es findet, noch etwas sieht. Das Blatt gilt weiter.',
		devices: 'Zu meinen Geräten',
		watch: 'Meine Kameras ansehen',
		faults: ends,
		tryAgain: 'Noch einmal versuchen',
		link: 'Alle Geräte verloren? Mit dem Notfallblatt zurückkommen',
	},
};
