import type { Language } from '#state/app/session.svelte.ts';
import { named } from '#ui/words/format/named.ts';

const en = {
	title: 'All cameras at once',
	/** From the page of one camera. */
	atThisTime: 'All cameras at this time',
	back: 'Saved footage',
	loading: 'Looking for footage …',
	timeline: 'Timeline of all cameras',
	keys: 'K plays and pauses, J and L skip ten seconds, G goes to a time.',
	open: (name: string, time: string) => `${named(name)} at ${time}`,
	nothing: 'Nothing recorded',
	again: (time: string) => `again from ${time}`,
	starts: (time: string) => `starts at ${time}`,
	over: 'nothing after this',
	late: 'Catching up …',
	waiting: 'Loading the pictures …',
	skipped: (from: string, to: string) => `No camera recorded from ${from} to ${to}. Skipped.`,
	sound: 'Sound',
	silent: 'Sound off',
	cameras: 'Cameras on this day',
	choose: 'Up to four are shown at once. Another takes the place of the last.',
	noneOn: (day: string) => `No camera recorded anything on ${day}.`,
	chooseDay: 'These days have footage:',
};

const de: typeof en = {
	title: 'Alle Kameras zugleich',
	atThisTime: 'Alle Kameras zu dieser Zeit',
	back: 'Gespeicherte Aufnahmen',
	loading: 'Suche nach Aufnahmen …',
	timeline: 'Zeitachse aller Kameras',
	keys: 'K startet und hält an, J und L springen zehn Sekunden, G wählt einen Zeitpunkt.',
	open: (name, time) => `${named(name)} um ${time}`,
	nothing: 'Keine Aufnahme',
	again: (time) => `wieder ab ${time}`,
	starts: (time) => `beginnt um ${time}`,
	over: 'danach nichts mehr',
	late: 'Holt auf …',
	waiting: 'Bilder werden geladen …',
	skipped: (from, to) => `Von ${from} bis ${to} hat keine Kamera aufgenommen: übersprungen.`,
	sound: 'Ton',
	silent: 'Ton aus',
	cameras: 'Kameras an diesem Tag',
	choose: 'Bis zu vier sind zugleich zu sehen. Eine weitere kommt an die Stelle der letzten.',
	noneOn: (day) => `Am ${day} hat keine Kamera etwas aufgenommen.`,
	chooseDay: 'An diesen Tagen gibt es Aufnahmen:',
};

/** Several cameras under one hand. */
export const HOME_DAY: Readonly<Record<Language, typeof en>> = { en, de };
