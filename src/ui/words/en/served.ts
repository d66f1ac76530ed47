/** The hash of the app, for people who compare two places. */
export const served = {
	title: 'App fingerprint',
	asked: 'A number over all files of the app, to compare with another place.',
	start: 'Calculate',
	looking: 'Checking the files …',
	what: (count: number) => `SHA-256 over all ${count} files:`,
	copy: 'Copy',
	copied: {
		done: 'Copied.',
		failed: 'Copying failed. Select the text and copy it yourself.',
	},
	compare:
		'Compare it with what “npm run relay -- version” prints on the relay computer, or with this page on another device. If they match, the app is the same.',
	limit: 'A dishonest server can make this page show any value, so do not rely on this page alone.',
	off: (count: number) =>
		count === 1
			? 'One file differs from the build’s list.'
			: `${count} files differ from the build’s list.`,
	offNext:
		'Close all Spy-cam tabs and open the app again. If nothing changes, the server is not sending what was built.',
	none: 'This server has no list of its files, so there is nothing to compare.',
	failed: 'A file did not load, so the hash cannot be calculated.',
	again: 'Check again',
};
