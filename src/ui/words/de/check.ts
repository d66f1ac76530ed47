import type { check as english } from '#ui/words/en/check.ts';
import { GERMAN } from '#ui/words/format/formats.ts';

const { count, shared } = GERMAN;

export const check: typeof english = {
	title: 'Prüfen und reparieren',
	lead: 'Sieht nach, ob alles Gespeicherte in Ordnung ist. Es ändert nichts, bevor du es sagst, und die Aufnahme geht weiter.',
	signatures: 'Auch jede Unterschrift prüfen',
	signaturesNote: 'Liest alle Aufnahmen, das dauert eine Weile.',
	look: 'Jetzt prüfen',
	looking: 'Es wird geprüft …',
	cancel: 'Abbrechen',
	progress: 'Fortschritt der Prüfung',
	fine: (segments, runs) =>
		`Alles ist in Ordnung: ${count(segments, 'Sekunde', 'Sekunden')} in ${count(runs, 'Aufnahme', 'Aufnahmen')}.`,
	fineSigned: 'Jede Unterschrift stimmt.',
	found: {
		'run-row': (n) =>
			`${count(n, 'Aufnahme ist', 'Aufnahmen sind')} falsch verzeichnet. Eine Reparatur verzeichnet sie neu; am Film ändert sich nichts.`,
		'no-bytes': (n) =>
			`${count(n, 'Sekunde ist', 'Sekunden sind')} verzeichnet, aber weg. Eine Reparatur merkt sie als beschädigt vor.`,
		'not-signed': (n) =>
			`${count(n, 'Sekunde ist', 'Sekunden sind')} nicht, was diese Kamera unterschrieben hat. Eine Reparatur merkt sie als beschädigt vor; sie werden nicht abgespielt.`,
		unnamed: (n, size) =>
			`${size} (${count(n, 'Stück', 'Stücke')}) gehören zu keiner Aufnahme und lassen sich nicht abspielen. Eine Reparatur löscht sie.`,
	},
	kept: 'Sie werden nicht gelöscht: Eher ist das Verzeichnis beschädigt. Speichere als Clip, was du brauchst.',
	repair: 'Reparieren',
	repairing: 'Es wird repariert …',
	repaired: 'Repariert.',
	nothing: 'Es war schon von selbst in Ordnung gekommen; es war nichts zu tun.',
	done: {
		'run-row': (n) => `${count(n, 'Aufnahme', 'Aufnahmen')} neu verzeichnet.`,
		'no-bytes': (n) => `${count(n, 'Sekunde', 'Sekunden')} als beschädigt vorgemerkt.`,
		'not-signed': (n) =>
			`${count(n, 'Sekunde', 'Sekunden')} mit falscher Unterschrift als beschädigt vorgemerkt.`,
		unnamed: (n) => `${count(n, 'Stück', 'Stücke')} gelöscht.`,
	},
	freed: (bytes) => `${shared.bytes(bytes)} sind wieder frei.`,
};
