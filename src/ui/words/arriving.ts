import type { Language } from '#state/app/session.svelte.ts';

const en = {
	title: 'Joining your home',
	unnamed: 'the new device',
	waits: (name: string) => `Waiting for “${name}”`,
	waitsNote: (until: string) =>
		`It was added but has not connected yet. Open the app there. If it does not connect by ${until}, it is removed again.`,
	/** Its time is up, and this device cannot sign that now. */
	late: 'It did not connect. It is removed again as soon as this device is connected.',
	apart:
		'Without a relay, the two connect with two codes: press “Reconnect” here and scan the code there.',
	again: 'Reconnect',
	back: (name: string, when: string) => `“${name}” did not connect and was removed. ${when}`,
	backNote: 'It is not in your home. If it is yours, add it again with a new code.',
	dismiss: 'Dismiss',
};

const de: typeof en = {
	title: 'Beitritt zu deinem Zuhause',
	unnamed: 'das neue Gerät',
	waits: (name) => `Wartet auf „${name}“`,
	waitsNote: (until) =>
		`Es wurde hinzugefügt und hat sich noch nicht gemeldet. Öffne die App dort. Meldet es sich nicht bis ${until} Uhr, wird es wieder entfernt.`,
	late: 'Es hat sich nicht gemeldet. Es wird wieder entfernt, sobald dieses Gerät verbunden ist.',
	apart:
		'Ohne Relay verbinden sich die beiden mit zwei Codes: Drücke hier „Neu verbinden“ und scanne dort den Code.',
	again: 'Neu verbinden',
	back: (name, when) => `„${name}“ hat sich nicht gemeldet und wurde entfernt. ${when} Uhr`,
	backNote:
		'Es gehört nicht zu deinem Zuhause. Wenn es deines ist, füge es mit einem neuen Code noch einmal hinzu.',
	dismiss: 'Ausblenden',
};

/** With the screens that show who was let in: the first load does without. */
export const ARRIVING: Readonly<Record<Language, typeof en>> = { en, de };
