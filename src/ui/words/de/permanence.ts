import type { permanence as en } from '#ui/words/en/permanence.ts';

export const permanence: typeof en = {
	ask: 'Den Browser bitten, sie zu behalten',
	askWhy:
		'Es wird aufgenommen. Ohne deine Zustimmung kann der Browser die Aufnahmen löschen, wenn die Platte fast voll ist.',
	asked:
		'Der Browser hat nicht zugestimmt. Installiere die App: Von installierten Apps behalten Browser die Aufnahmen länger.',
	taken: (size, until) =>
		`Der Browser hat die Aufnahmen gelöscht, die hier lagen: etwa ${size}, bis ${until}.`,
	takenNext:
		'Das tun Browser, wenn die Platte fast voll ist. Schaffe Platz, installiere die App, und lass den Browser die Aufnahmen behalten.',
	understood: 'Verstanden',
};
