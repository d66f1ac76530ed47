import type { Language } from '#state/app/session.svelte.ts';

const en = {
	title: 'Keyboard',
	single: 'Single-key shortcuts',
	note: 'While footage or a live picture is on screen: k plays and pauses, j and l go ten seconds, comma and full stop one frame, g goes to a time, f is full screen, plus, minus and 0 zoom. Turn them off if speech input or another tool presses them by accident. Arrow keys and Space stay.',
};

const de: typeof en = {
	title: 'Tastatur',
	single: 'Tastenkürzel mit einer Taste',
	note: 'Solange Aufnahmen oder ein Livebild zu sehen sind: k spielt ab und hält an, j und l springen zehn Sekunden, Komma und Punkt ein Bild, g wählt einen Zeitpunkt, f ist Vollbild, Plus, Minus und 0 zoomen. Schalte sie aus, wenn Spracheingabe oder ein anderes Hilfsmittel sie versehentlich auslöst. Pfeiltasten und Leertaste bleiben.',
};

/** With the settings: the first load does without. */
export const KEYBOARD: Readonly<Record<Language, typeof en>> = { en, de };
