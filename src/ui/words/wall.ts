import type { Language } from '#state/app/session.svelte.ts';
import type { Problem } from '#state/live/wall.svelte.ts';
import { ENGLISH, GERMAN } from '#ui/words/format/formats.ts';
import { named } from '#ui/words/format/named.ts';

/** The wall and the start page. */
interface WallWords {
	/** How many cameras are live. */
	live(n: number, of: number): string;
	/** The picture is as old as that. */
	behind(ms: number): string;
	/** Above a picture from earlier. */
	lastPicture(time: string): string;
	problem(problem: Problem, unnamed: string, nowMs: number): string;
	readonly problems: string;
	more(n: number): string;
	readonly today: string;
	readonly nothingToday: string;
	readonly earlier: string;
	notes(n: number): string;
	savedAgo(ms: number): string;
	readonly stop: string;
	watchers(n: number): string;
	readonly state: string;
	readonly ways: string;
	readonly checkNote: string;
	readonly devicesNote: string;
	readonly storageNote: string;
	readonly settingsNote: string;
	readonly helpNote: string;
}

const whole = (ms: number, unit: number): number => Math.max(1, Math.floor(ms / unit));

function english(ms: number): string {
	if (ms < 60_000) return `${String(whole(ms, 1000))} s`;
	if (ms < 3_600_000) return `${String(whole(ms, 60_000))} min`;
	return ENGLISH.across(ms);
}

function german(ms: number): string {
	return ms < 3_600_000 ? english(ms) : GERMAN.across(ms);
}

/** For today the time, else the day as well. */
function since(ms: number, nowMs: number, { minute, about }: typeof ENGLISH.shared): string {
	return new Date(ms).toDateString() === new Date(nowMs).toDateString() ? minute(ms) : about(ms);
}

const en: WallWords = {
	live: (n, of) => `${String(n)} of ${String(of)} live`,
	behind: (ms) => `${english(ms)} behind`,
	lastPicture: (time) => `Last picture ${time}`,
	problem: (problem, unnamed, nowMs) => {
		const name = named(problem.name ?? unnamed);
		if (problem.kind === 'battery')
			return `${name} is low on battery: ${ENGLISH.shared.percent(problem.level)}`;
		const { kind, sinceMs } = problem;
		if (kind === 'blind')
			return sinceMs === null
				? `${name} is saving nothing`
				: `${name} has saved nothing for ${english(nowMs - sinceMs)}`;
		return sinceMs === null
			? `${name} is offline`
			: `${name} offline since ${since(sinceMs, nowMs, ENGLISH.shared)}`;
	},
	problems: 'Problems',
	more: (n) => `and ${String(n)} more`,
	today: 'Today',
	nothingToday: 'Nothing has happened at this device’s camera today.',
	earlier: 'All of today',
	notes: (n) => ENGLISH.count(n, 'technical note', 'technical notes'),
	savedAgo: (ms) => `Saved ${english(ms)} ago`,
	stop: 'Stop …',
	watchers: (n) => (n === 0 ? 'Nobody is watching' : `${String(n)} watching`),
	state: 'This device',
	ways: 'More ways',
	checkNote: 'What this browser can do as a camera.',
	devicesNote: 'Who is in your home.',
	storageNote: 'How much footage is kept.',
	settingsNote: 'Camera, schedule, recovery kit, language.',
	helpNote: 'Answers to common questions.',
};

const de: WallWords = {
	live: (n, of) => `${String(n)} von ${String(of)} live`,
	behind: (ms) => `${german(ms)} verzögert`,
	lastPicture: (time) => `Letztes Bild ${time}`,
	problem: (problem, unnamed, nowMs) => {
		const name = named(problem.name ?? unnamed);
		if (problem.kind === 'battery')
			return `Akku von ${name} fast leer: ${GERMAN.shared.percent(problem.level)}`;
		const { kind, sinceMs } = problem;
		if (kind === 'blind')
			return sinceMs === null
				? `${name} speichert nichts`
				: `${name} speichert seit ${german(nowMs - sinceMs)} nichts`;
		return sinceMs === null
			? `${name} ist offline`
			: `${name} offline seit ${since(sinceMs, nowMs, GERMAN.shared)}`;
	},
	problems: 'Probleme',
	more: (n) => `und ${String(n)} weitere`,
	today: 'Heute',
	nothingToday: 'An der Kamera dieses Geräts ist heute nichts geschehen.',
	earlier: 'Alles von heute',
	notes: (n) => GERMAN.count(n, 'technischer Hinweis', 'technische Hinweise'),
	savedAgo: (ms) => `Vor ${german(ms)} gespeichert`,
	stop: 'Beenden …',
	watchers: (n) => (n === 0 ? 'Niemand schaut zu' : `${String(n)} schauen zu`),
	state: 'Dieses Gerät',
	ways: 'Weitere Wege',
	checkNote: 'Was dieser Browser als Kamera kann.',
	devicesNote: 'Wer zu deinem Zuhause gehört.',
	storageNote: 'Wie viel aufgehoben wird.',
	settingsNote: 'Kamera, Zeitplan, Notfallblatt, Sprache.',
	helpNote: 'Antworten auf häufige Fragen.',
};

export const WALL: Readonly<Record<Language, WallWords>> = { en, de };
