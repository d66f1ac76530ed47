import type { served as english } from '#ui/words/en/served.ts';

export const served: typeof english = {
	title: 'Fingerabdruck der App',
	asked: 'Eine Zahl über alle Dateien der App, zum Vergleich mit einem anderen Ort.',
	start: 'Berechnen',
	looking: 'Die Dateien werden geprüft …',
	what: (count) => `SHA-256 über alle ${count} Dateien:`,
	copy: 'Kopieren',
	copied: {
		done: 'Kopiert.',
		failed: 'Kopieren ging nicht. Markiere den Text und kopiere ihn selbst.',
	},
	compare:
		'Vergleiche das mit dem, was „npm run relay -- version“ auf dem Computer des Relays ausgibt, oder mit dieser Seite auf einem anderen Gerät. Sind beide gleich, ist es dieselbe App.',
	limit:
		'Ein unehrlicher Server kann diese Seite jeden Wert zeigen lassen. Verlass dich deshalb nicht auf diese Seite allein.',
	off: (count) =>
		count === 1
			? 'Eine Datei weicht von der Liste des Builds ab.'
			: `${count} Dateien weichen von der Liste des Builds ab.`,
	offNext:
		'Schließe alle Tabs von Spy-cam und öffne die App wieder. Ändert sich nichts, sendet der Server etwas anderes, als gebaut wurde.',
	none: 'Dieser Server hat keine Liste seiner Dateien, also gibt es nichts zu vergleichen.',
	failed: 'Eine Datei wurde nicht geladen, deshalb lässt sich der Hash nicht berechnen.',
	again: 'Noch einmal prüfen',
};
