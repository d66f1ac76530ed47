import type { goTo as english } from '#ui/words/en/goto.ts';

export const goTo: typeof english = {
	twice: 'Die Uhr wird an diesem Tag zurückgestellt, diese Zeit gibt es also zweimal.',
	first: 'Zuerst',
	second: 'Danach',
	choice: (turn, zone, footage) =>
		`${turn} (${zone}), ${footage ? 'mit Aufnahme' : 'ohne Aufnahme'}`,
	never: (time) =>
		`Die Uhr wird an diesem Tag vorgestellt und überspringt diese Zeit. Die nächste ist ${time}.`,
};
