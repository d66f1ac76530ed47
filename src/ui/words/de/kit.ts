import type { FaultKind } from '#domain/base/fault.ts';
import type { KitTextError } from '#domain/pairing/kit.ts';
import type { RecoveryEndReason } from '#domain/pairing/recovery-end-reason.ts';
import type { KitTestResult } from '#state/home/recovery-kit.svelte.ts';
import type { KitWords } from '#ui/words/en/kit.ts';
import type { Advice } from '#ui/words/en/index.ts';
import { named } from '#ui/words/format/named.ts';

const unchanged = 'Nichts wurde geändert. Versuche es noch einmal.';
const failed: Readonly<Partial<Record<FaultKind, string>>> = {
	offline: 'Das Relay ist nicht erreichbar. Versuche es später noch einmal.',
	timeout: 'Das Relay hat nicht geantwortet. Versuche es noch einmal.',
	denied: 'Das darf nur ein Besitzer.',
	conflict: 'Inzwischen hat sich etwas anderes geändert. Versuche es noch einmal.',
	corrupt:
		'Das Blatt gehört zu diesem Zuhause, öffnet aber nicht alle Schlüssel. Erstelle auf dem Gerät eines Besitzers ein neues.',
};

const noKit: Readonly<Record<KitTextError, string>> = {
	length: 'Ein Notfallblatt hat 26 Zeichen. Es fehlen welche, oder es sind zu viele.',
	character: 'Ein Zeichen kommt auf keinem Blatt vor. Es gibt nur Buchstaben und Ziffern, nie U.',
	slip: 'Ein Zeichen ist falsch, oder zwei sind vertauscht.',
};

const paper = 'Vergleiche es mit dem Papier und versuche es noch einmal.';

const trials: Readonly<Record<KitTestResult, string>> = {
	length: `${noKit.length} ${paper}`,
	character: `${noKit.character} ${paper}`,
	slip: `${noKit.slip} ${paper}`,
	works: 'Dieses Blatt funktioniert: Es öffnet dieses Zuhause. Nichts wurde geändert.',
	old: 'Das ist ein älteres Blatt dieses Zuhauses. Es gilt nicht mehr: Vernichte es.',
	other: 'Dieses Blatt gehört nicht zu diesem Zuhause, oder die Passphrase stimmt nicht.',
};

const ends: Readonly<Record<RecoveryEndReason, Advice>> = {
	length: { what: noKit.length, next: paper },
	character: { what: noKit.character, next: paper },
	slip: { what: noKit.slip, next: paper },
	'unknown-kit': {
		what: 'Dieses Relay kennt kein Zuhause zu diesem Blatt.',
		next: 'Vergleiche die Zeichen mit dem Papier und gib die Passphrase ein, wenn das Blatt eine erwähnt. Ist dein Zuhause bei einem anderen Relay, gib unten dessen Adresse ein: Sie steht auf dem Blatt.',
	},
	'taken-out': {
		what: 'Dieses Blatt gilt nicht mehr: Ein Besitzer hat es abgelehnt oder ein neueres erstellt.',
		next: 'Suche ein neueres Blatt. Funktioniert noch ein Gerät eines Besitzers, kopple dieses von dort aus.',
	},
	owner: {
		what: 'Dieses Gerät ist schon Besitzer dieses Zuhauses.',
		next: 'Entferne das verlorene Gerät in den Einstellungen.',
	},
	clock: {
		what: 'Die Uhren dieses Geräts und des Relays gehen um mehr als zehn Minuten auseinander.',
		next: 'Stelle beide richtig und versuche es noch einmal.',
	},
	'no-relay': {
		what: 'Unter dieser Adresse ist kein Relay, nur die App.',
		next: 'Gib die Adresse ein, die auf dem Blatt steht, oder die neue, wenn sie sich geändert hat.',
	},
	unreachable: {
		what: 'Das Relay ist nicht erreichbar.',
		next: 'Dieses Gerät muss im Netz des Relays sein oder es erreichen können. Hat sich die Adresse des Relays geändert, gib unten die neue ein und versuche es noch einmal.',
	},
	version: {
		what: 'App und Relay haben verschiedene Versionen.',
		next: 'Lade diese Seite neu und starte das Relay in seiner neuesten Version.',
	},
	'too-many': { what: 'Zu viele Versuche.', next: 'Warte ein paar Minuten.' },
	failed: { what: 'Das ging nicht.', next: 'Versuche es noch einmal.' },
};

export const kit: KitWords = {
	title: 'Notfallblatt',
	lead: 'Ein Blatt Papier für den Fall, dass alle Geräte der Besitzer verloren sind. Damit kann ein neues Gerät Besitzer dieses Zuhauses werden.',
	none: 'Es gibt keines. Geht dieses Gerät verloren, kann niemand mehr Geräte hinzufügen, entfernen oder lesen, was nur dieses Gerät lesen kann.',
	made: (when) => `Erstellt am ${when}.`,
	tried: (when) => `Auf diesem Gerät zuletzt geprüft am ${when}.`,
	untried: 'Auf diesem Gerät noch nicht geprüft.',
	notOwner: 'Nur ein Besitzer kann eines erstellen.',
	noRelay: 'Ein Notfallblatt braucht ein Relay: Dort findet ein neues Gerät dein Zuhause.',
	make: 'Blatt erstellen',
	makeNew: 'Neues erstellen',
	makeNewNote: 'Das bisherige gilt dann nicht mehr.',
	test: 'Blatt prüfen',
	testNote: 'Tippe ein, was auf dem Papier steht. Dabei wird nichts geändert.',
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
		short: 'Verwende mindestens 8 Zeichen.',
		next: 'Blatt zeigen',
	},
	sheet: {
		title: 'Dein Notfallblatt',
		lead: 'Drucke es aus oder schreibe die Zeichen ab. Sie sind nur jetzt zu sehen.',
		qr: 'Notfallblatt als QR-Code',
		relay: 'Relay deines Zuhauses',
		steps: [
			'Öffne diese Adresse auf einem neuen Gerät und wähle „Notfallblatt verwenden“, oder scanne den Code.',
			'Warte 24 Stunden. In dieser Zeit kann ein verbliebener Besitzer es ablehnen.',
			'Verwende das Blatt noch einmal: Das neue Gerät ist jetzt Besitzer. Entferne das verlorene.',
		],
		guarded: 'Dieses Blatt braucht auch seine Passphrase. Sie steht nicht darauf.',
		stepsTitle: 'Falls alle Geräte der Besitzer verloren sind',
		canTitle: 'Gut zu wissen',
		can: [
			'Wer dieses Blatt hat (und seine Passphrase, wenn es eine gibt), kann die Namen deiner Geräte lesen und nach einem Tag Besitzer werden. Bewahre es auf wie deinen Reisepass, nicht bei einer Kamera.',
			'Es öffnet die Aufnahmen von Kameras, die noch funktionieren. Was nur auf einem verlorenen Gerät war, ist weg.',
			'Verlierst du auch das Blatt, kommt niemand mehr hinein. Niemand sonst hat eine Kopie.',
		],
		print: 'Drucken',
		kept: 'Ich habe es sicher verwahrt',
		app: 'Spy-cam',
		madeOn: (when) => `Erstellt am ${when}`,
	},
	proof: {
		title: 'Hast du es?',
		lead: 'Tippe zwei Gruppen von deinem Papier ab, um das Blatt zu aktivieren.',
		group: (n) => `Gruppe ${n} von 5`,
		wrong: 'Das stimmt nicht mit dem Blatt überein. Sieh noch einmal nach.',
		finish: 'Fertig',
		back: 'Noch einmal zeigen',
		under: 'Das Blatt wird aktiviert …',
	},
	done: 'Das Blatt ist aktiv. Bewahre es sicher auf und prüfe es einmal im Jahr.',
	nudge: {
		what: 'Es gibt noch kein Notfallblatt.',
		next: 'Geht dieses Gerät verloren, kann es niemand mehr aus deinem Zuhause entfernen.',
	},
	alarm: {
		what: (name) =>
			`Jemand verwendet das Notfallblatt dieses Zuhauses: „${named(name)}“ will Besitzer werden.`,
		unnamed: 'ein Gerät ohne Namen',
		next: (when) =>
			`Bist du es, ist nichts zu tun: Ab ${when} kann es Besitzer werden. Bist du es nicht, lehne ab. Das Blatt gilt dann nicht mehr, und du erstellst ein neues.`,
		viewer: (when) =>
			`Ab ${when} kann es Besitzer werden. War das niemand von euch, sag es einem Besitzer dieses Zuhauses: Nur ein Besitzer kann ablehnen.`,
		refuse: 'Das bin ich nicht: ablehnen',
		refused: 'Abgelehnt. Niemand ist Besitzer geworden.',
	},
	back: {
		title: 'Notfallblatt verwenden',
		lead: 'Sind alle Geräte der Besitzer verloren, macht das Notfallblatt dieses Gerät nach 24 Stunden zum Besitzer deines Zuhauses.',
		given: {
			link: 'Du hast den Link eines Notfallblatts geöffnet.',
			scan: 'Du hast ein Notfallblatt gescannt.',
		},
		kit: 'Die 26 Zeichen des Blatts',
		kitNote: 'Groß oder klein, mit oder ohne Leerzeichen.',
		passphrase: 'Passphrase des Blatts',
		passphraseMaybe: 'Passphrase, wenn das Blatt eine erwähnt',
		passphraseNote: 'Sie steht nicht auf dem Blatt. Das Prüfen dauert einen Augenblick.',
		name: 'Name dieses Geräts',
		relay: 'Adresse des Relays',
		relayNote: 'Lass das Feld leer, wenn du diese Seite von deinem Relay geöffnet hast.',
		relayOfKit:
			'Lass das Feld leer für die Adresse auf dem Blatt. Gib die neue ein, wenn sie sich geändert hat.',
		button: 'Verwenden',
		scan: 'Blatt scannen',
		scanning: 'Richte die Kamera auf den Code des Blatts.',
		stopScan: 'Scannen beenden',
		busy: 'Verbinde mit dem Relay …',
		waitingTitle: 'Jetzt einen Tag warten',
		fresh: (when) =>
			`Das Blatt ist gültig. Komm ab ${when} damit auf diese Seite zurück: Dann wird dieses Gerät Besitzer.`,
		still: (when) => `Es ist noch zu früh. Verwende das Blatt wieder ab ${when}.`,
		why: 'Die Wartezeit schützt dich, falls jemand dein Blatt findet: Deine anderen Geräte warnen dich sofort, und ein Besitzer kann ablehnen.',
		keep: 'Bewahre das Blatt bis dahin auf. Lösche die Daten dieses Browsers nicht: Die Wartezeit gilt nur für dieses Gerät.',
		again: 'Die Wartezeit läuft schon',
		ready: 'Die Wartezeit ist um: Tippe oder scanne das Blatt noch einmal.',
		doneTitle: 'Du bist zurück',
		done: 'Dieses Gerät ist Besitzer deines Zuhauses.',
		doneNext:
			'Entferne das verlorene Gerät, damit niemand, der es findet, noch etwas sieht. Das Blatt gilt weiter.',
		devices: 'Meine Geräte',
		watch: 'Meine Kameras ansehen',
		faults: ends,
		tryAgain: 'Noch einmal versuchen',
		link: 'Alle Geräte verloren? Notfallblatt verwenden',
	},
};
