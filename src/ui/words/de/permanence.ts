import type { permanence as en } from '#ui/words/en/permanence.ts';

export const permanence: typeof en = {
	ask: 'Browser um Aufbewahrung bitten',
	askWhy:
		'Es wird aufgenommen. Ohne deine Zustimmung kann der Browser die Aufnahmen löschen, wenn der Speicher knapp wird.',
	asked:
		'Der Browser hat nicht zugestimmt. Installiere die App: Browser behalten die Aufnahmen installierter Apps länger.',
	taken: (size, until) =>
		`Der Browser hat die Aufnahmen auf diesem Gerät gelöscht: etwa ${size}, bis ${until}.`,
	takenNext:
		'Das tun Browser, wenn der Speicher knapp wird. Schaffe Platz, installiere die App und lass den Browser die Aufnahmen behalten.',
	understood: 'OK',
};
