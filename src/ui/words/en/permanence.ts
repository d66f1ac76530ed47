/** What the browser keeps, and what it took. */
export const permanence = {
	ask: 'Ask the browser to keep it',
	askWhy:
		'Footage is being saved. Without your consent the browser may delete it when the disk is nearly full.',
	asked:
		'The browser did not agree. Install the app: browsers keep the footage of installed apps longer.',
	taken: (size: string, until: string) =>
		`The browser has deleted the footage that lay here: about ${size}, up to ${until}.`,
	takenNext:
		'Browsers do that when the disk is nearly full. Free some space, install the app, and let the browser keep the footage.',
	understood: 'Understood',
};
