/** The hash of the app, for people who compare two places. */
export const served = {
	title: 'The app, as it came here',
	looking: 'Looking at the files …',
	what: (count: number) => `SHA-256 over all ${count} files:`,
	copy: 'Copy',
	copied: {
		done: 'Copied.',
		failed: 'That did not work. Select the digits and copy them by hand.',
	},
	compare:
		'Compare it with what “npm run relay -- version” prints on the relay’s machine, or with this place on another device: the same digits mean the same app.',
	limit:
		'A server that lies can make this page show any number. So the other place counts, not this one alone.',
	off: (count: number) =>
		count === 1
			? 'One file is not what the build lists.'
			: `${count} files are not what the build lists.`,
	offNext:
		'Close all tabs of the app and open it again. If it stays so, the server sends something else than was built.',
	none: 'This server has no list of its files, so there is nothing to compare.',
	failed: 'A file did not arrive, so the hash cannot be worked out now.',
	again: 'Look again',
};
