/** Before something is deleted, or is lost by leaving. */
export const keep = {
	remove: {
		title: 'Delete footage',
		button: (length: string) => `Delete ${length}`,
	},
	clip: {
		title: 'Stop saving the clip?',
		what: 'It is not finished. Nothing will be saved.',
		leave: 'Stop saving',
		stay: 'Keep saving',
	},
	pairing: {
		title: 'Stop pairing?',
		what: 'The two devices are not paired yet. You would have to start over with a new code.',
		leave: 'Stop pairing',
		stay: 'Continue',
	},
	kit: {
		title: 'Discard this kit?',
		what: 'It is not active yet: what you printed or wrote down will not work. An earlier kit is not affected.',
		leave: 'Discard',
		stay: 'Continue',
	},
};
export type KeepWords = typeof keep;
