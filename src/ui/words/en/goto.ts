/** A time that a day has twice, or not at all. */
export const goTo = {
	twice: 'The clocks go back that day, so this time occurs twice.',
	first: 'First',
	second: 'Second',
	choice: (turn: string, zone: string, footage: boolean) =>
		`${turn} (${zone}), ${footage ? 'has footage' : 'no footage'}`,
	never: (time: string) =>
		`The clocks go forward that day and skip this time. The next one is ${time}.`,
};
