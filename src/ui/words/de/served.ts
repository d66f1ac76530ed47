import type { served as english } from '#ui/words/en/served.ts';

export const served: typeof english = {
	title: 'Die App, wie sie hier ankam',
	looking: 'Sieht sich die Dateien an …',
	what: (count) => `SHA-256 über alle ${count} Dateien:`,
	copy: 'Kopieren',
	copied: {
		done: 'Kopiert.',
		failed: 'Das ging nicht. Markiere die Zeichen und kopiere sie von Hand.',
	},
	compare:
		'Vergleiche das mit dem, was „npm run relay -- version“ auf dem Rechner des Relays ausgibt, oder mit dieser Stelle auf einem anderen Gerät: Dieselben Zeichen bedeuten dieselbe App.',
	limit:
		'Ein Server, der lügt, kann diese Seite jede Zahl zeigen lassen. Darum zählt die andere Stelle, nicht diese allein.',
	off: (count) =>
		count === 1
			? 'Eine Datei ist nicht die aus der Liste des Builds.'
			: `${count} Dateien sind nicht die aus der Liste des Builds.`,
	offNext:
		'Schließe alle Tabs der App und öffne sie wieder. Bleibt es dabei, schickt der Server etwas anderes, als gebaut wurde.',
	none: 'Dieser Server hat keine Liste seiner Dateien, also gibt es nichts zu vergleichen.',
	failed: 'Eine Datei kam nicht an, darum lässt sich der Hash jetzt nicht berechnen.',
	again: 'Noch einmal ansehen',
};
