import type { Language } from '#state/app/session.svelte.ts';

const en = {
	title: 'On the way into your home',
	unnamed: 'the new device',
	waits: (name: string) => `Waiting for “${name}”`,
	waitsNote: (until: string) =>
		`It was let in and has not come yet. Open this app there. If it does not come by ${until}, it is taken back by itself.`,
	/** Its time is up, and this device cannot sign that now. */
	late: 'It has not come. It will be taken back as soon as this device is connected.',
	apart:
		'Without a relay the two connect by two codes: press “Connect again” here, and scan the code there.',
	again: 'Connect again',
	back: (name: string, when: string) => `“${name}” did not come and was taken back. ${when}`,
	backNote: 'It is not in your home. If it is yours, let it in again with a new code.',
	dismiss: 'Remove this note',
};

const de: typeof en = {
	title: 'Unterwegs in dein Zuhause',
	unnamed: 'das neue Gerät',
	waits: (name) => `Wartet auf „${name}“`,
	waitsNote: (until) =>
		`Es wurde hereingelassen und hat sich noch nicht gemeldet. Öffne die App dort. Kommt es nicht bis ${until} Uhr, wird das von selbst zurückgenommen.`,
	late: 'Es hat sich nicht gemeldet. Das wird zurückgenommen, sobald dieses Gerät verbunden ist.',
	apart:
		'Ohne Relay verbinden sich die beiden mit zwei Codes: Drücke hier „Wieder verbinden“ und scanne dort den Code.',
	again: 'Wieder verbinden',
	back: (name, when) => `„${name}“ kam nicht und wurde wieder herausgenommen. ${when} Uhr`,
	backNote:
		'Es gehört nicht zu deinem Zuhause. Wenn es deines ist, lass es mit einem neuen Code noch einmal herein.',
	dismiss: 'Hinweis entfernen',
};

/** With the screens that show who was let in: the first load does without. */
export const ARRIVING: Readonly<Record<Language, typeof en>> = { en, de };
