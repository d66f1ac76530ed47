import type { check as english } from '#ui/words/en/check.ts';
import { GERMAN } from '#ui/words/format/formats.ts';

const { count, shared } = GERMAN;

export const check: typeof english = {
	title: 'Prüfen und reparieren',
	lead: 'Prüft alles Gespeicherte. Ändert nichts, bevor du es sagst, und die Aufnahme läuft weiter.',
	signatures: 'Auch jede Signatur prüfen',
	signaturesNote: 'Liest alle Aufnahmen, das dauert eine Weile.',
	look: 'Jetzt prüfen',
	looking: 'Es wird geprüft …',
	cancel: 'Abbrechen',
	progress: 'Fortschritt der Prüfung',
	fine: (segments, runs) =>
		`Alles ist in Ordnung: ${count(segments, 'Sekunde', 'Sekunden')} in ${count(runs, 'Aufnahme', 'Aufnahmen')}.`,
	fineSigned: 'Jede Signatur stimmt.',
	found: {
		'run-row': (n) =>
			`${count(n, 'Aufnahme ist', 'Aufnahmen sind')} falsch verzeichnet. Reparieren berichtigt das Verzeichnis; die Aufnahmen bleiben unverändert.`,
		'no-bytes': (n) =>
			`${count(n, 'Sekunde ist', 'Sekunden sind')} verzeichnet, aber nicht vorhanden. Reparieren markiert sie als beschädigt.`,
		'not-signed': (n) =>
			`${count(n, 'Sekunde ist', 'Sekunden sind')} nicht das, was diese Kamera signiert hat. Reparieren markiert sie als beschädigt; sie werden nicht abgespielt.`,
		unnamed: (n, size) =>
			`${size} (${count(n, 'Stück', 'Stücke')}) gehören zu keiner Aufnahme und lassen sich nicht abspielen. Reparieren löscht sie.`,
	},
	kept: 'Sie werden nicht gelöscht, weil eher das Verzeichnis beschädigt ist. Speichere als Clip, was du brauchst.',
	repair: 'Reparieren',
	repairing: 'Es wird repariert …',
	repaired: 'Repariert.',
	nothing: 'Es war schon in Ordnung; es war nichts zu tun.',
	done: {
		'run-row': (n) => `${count(n, 'Aufnahme', 'Aufnahmen')} im Verzeichnis berichtigt.`,
		'no-bytes': (n) => `${count(n, 'Sekunde', 'Sekunden')} als beschädigt markiert.`,
		'not-signed': (n) =>
			`${count(n, 'Sekunde', 'Sekunden')} mit falscher Signatur als beschädigt markiert.`,
		unnamed: (n) => `${count(n, 'Stück', 'Stücke')} gelöscht.`,
	},
	freed: (bytes) => `${shared.bytes(bytes)} freigegeben.`,
};
