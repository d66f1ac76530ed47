import type { KeepWords } from '#ui/words/en/keep.ts';

export const keep: KeepWords = {
	remove: {
		title: 'Aufnahmen löschen',
		button: (length) => `${length} löschen`,
	},
	clip: {
		title: 'Speichern des Clips abbrechen?',
		what: 'Er ist noch nicht fertig. Nichts wird gespeichert.',
		leave: 'Abbrechen',
		stay: 'Weiter speichern',
	},
	pairing: {
		title: 'Koppeln abbrechen?',
		what: 'Die beiden Geräte sind noch nicht gekoppelt. Du müsstest mit einem neuen Code von vorn beginnen.',
		leave: 'Abbrechen',
		stay: 'Weitermachen',
	},
	kit: {
		title: 'Dieses Notfallblatt verwerfen?',
		what: 'Es gilt noch nicht: Was du gedruckt oder aufgeschrieben hast, funktioniert dann nicht. Ein früheres Blatt ist nicht betroffen.',
		leave: 'Verwerfen',
		stay: 'Weitermachen',
	},
};
