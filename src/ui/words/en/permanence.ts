/** What the browser keeps, and what it took. */
export const permanence = {
	ask: 'Ask the browser to keep it',
	askWhy:
		'Footage is being saved. Without your consent the browser may delete it when storage runs low.',
	asked:
		'The browser did not agree. Install the app: browsers keep the footage of installed apps longer.',
	taken: (size: string, until: string) =>
		`The browser deleted the footage stored here: about ${size}, up to ${until}.`,
	takenNext:
		'Browsers do this when storage runs low. Free up space, install the app, and let the browser keep the footage.',
	understood: 'OK',
};
