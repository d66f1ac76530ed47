/** Before something is deleted, or is lost by leaving. */
export const keep = {
	remove: {
		title: 'Delete footage',
		span: (from: string, to: string) => `${from} to ${to}`,
		note: 'It can come back for ten minutes. Drag the two handles on the ribbon to change the span.',
		button: (length: string) => `Delete ${length}`,
		cancel: 'Cancel',
	},
	clip: {
		title: 'Stop saving the clip?',
		what: 'It is not finished. Nothing of it is kept.',
		leave: 'Stop saving',
		stay: 'Go on saving',
	},
	pairing: {
		title: 'Stop connecting?',
		what: 'The two devices do not know each other yet. You would begin again, with a new code.',
		leave: 'Stop connecting',
		stay: 'Go on',
	},
	kit: {
		title: 'Throw this kit away?',
		what: 'It is not good yet: what you printed or wrote down will be worth nothing. A kit from before stays as it is.',
		leave: 'Throw it away',
		stay: 'Go on',
	},
};
export type KeepWords = typeof keep;
