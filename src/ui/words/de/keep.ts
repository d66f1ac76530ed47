import type { KeepWords } from '#ui/words/en/keep.ts';

export const keep: KeepWords = {
	remove: {
		title: 'Aufnahmen löschen',
		span: (from, to) => `${from} bis ${to}`,
		note: 'Zehn Minuten lang lässt es sich zurückholen. Ziehe die beiden Griffe auf der Zeitleiste, um die Spanne zu ändern.',
		button: (length) => `${length} löschen`,
		cancel: 'Abbrechen',
	},
	clip: {
		title: 'Speichern des Clips abbrechen?',
		what: 'Er ist noch nicht fertig. Nichts davon bleibt.',
		leave: 'Abbrechen',
		stay: 'Weiter speichern',
	},
	pairing: {
		title: 'Verbinden abbrechen?',
		what: 'Die beiden Geräte kennen sich noch nicht. Du müsstest mit einem neuen Code von vorn beginnen.',
		leave: 'Abbrechen',
		stay: 'Weitermachen',
	},
	kit: {
		title: 'Dieses Notfallblatt wegwerfen?',
		what: 'Es gilt noch nicht: Was du gedruckt oder aufgeschrieben hast, ist dann wertlos. Ein früheres bleibt, wie es ist.',
		leave: 'Wegwerfen',
		stay: 'Weitermachen',
	},
};
