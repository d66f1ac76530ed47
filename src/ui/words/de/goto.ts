import type { goTo as english } from '#ui/words/en/goto.ts';

export const goTo: typeof english = {
	twice: 'Die Uhr wird an diesem Tag zurückgestellt, diese Zeit kommt also zweimal.',
	first: 'Zuerst',
	second: 'Danach',
	choice: (turn, zone, footage) =>
		`${turn} (${zone}), ${footage ? 'mit Aufnahme' : 'ohne Aufnahme'}`,
	never: (time) =>
		`Die Uhr wird an diesem Tag vorgestellt. Die nächste Zeit, die es gibt: ${time}.`,
};
