/** The list of settings. */
export const settings = {
	sections: 'Sections',
	devices: 'Home & devices',
	schedule: 'Schedule',
	kit: 'Recovery kit',
	look: 'Language & look',
	keyboard: 'Keyboard',
	about: 'About',
	noCamera: 'This device is not a camera yet.',
	becomeCamera: 'Use this device as a camera',
	noHome: 'This device is not in a home yet, so there is nothing to recover.',
};
export type SettingsWords = typeof settings;
