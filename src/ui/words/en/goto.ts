/** A time that a day has twice, or not at all. */
export const goTo = {
	twice: 'The clock is put back on that day, so this time comes twice.',
	first: 'First',
	second: 'Then',
	choice: (turn: string, zone: string, footage: boolean) =>
		`${turn} (${zone}), ${footage ? 'has footage' : 'no footage'}`,
	never: (time: string) => `The clock is put forward on that day. The next time there is: ${time}.`,
};
