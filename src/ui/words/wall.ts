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
	/** The same happened more often than once. */
	times(n: number): string;
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
	readonly pairNote: string;
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
		switch (problem.kind) {
			case 'blind': {
				const { sinceMs, full } = problem;
				const lasts = sinceMs === null ? null : english(nowMs - sinceMs);
				const what = lasts === null ? 'is saving nothing' : `has saved nothing for ${lasts}`;
				return `${name} ${what}${full ? ': its storage is full' : ''}`;
			}
			case 'offline':
				return problem.sinceMs === null
					? `${name} is offline`
					: `${name} offline since ${since(problem.sinceMs, nowMs, ENGLISH.shared)}`;
			case 'battery':
				return `${name} is low on battery: ${ENGLISH.shared.percent(problem.level)}`;
			default:
				return {
					covered: `${name} is dark: something may cover its lens`,
					frozen: `${name} has shown the same picture for a minute`,
					storage: `${name} is almost out of storage`,
				}[problem.kind];
		}
	},
	problems: 'Problems',
	more: (n) => `and ${String(n)} more`,
	today: 'Today',
	times: (n) => `${String(n)} times`,
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
	pairNote: 'A phone as a camera, or another screen to watch on.',
};

const de: WallWords = {
	live: (n, of) => `${String(n)} von ${String(of)} live`,
	behind: (ms) => `${german(ms)} verzögert`,
	lastPicture: (time) => `Letztes Bild ${time}`,
	problem: (problem, unnamed, nowMs) => {
		const name = named(problem.name ?? unnamed);
		switch (problem.kind) {
			case 'blind': {
				const { sinceMs, full } = problem;
				const lasts = sinceMs === null ? '' : `seit ${german(nowMs - sinceMs)} `;
				return `${name} speichert ${lasts}nichts${full ? ': Der Speicher ist voll' : ''}`;
			}
			case 'offline':
				return problem.sinceMs === null
					? `${name} ist offline`
					: `${name} offline seit ${since(problem.sinceMs, nowMs, GERMAN.shared)}`;
			case 'battery':
				return `Akku von ${name} fast leer: ${GERMAN.shared.percent(problem.level)}`;
			default:
				return {
					covered: `${name} ist dunkel: Etwas verdeckt vielleicht die Linse`,
					frozen: `${name} zeigt seit einer Minute dasselbe Bild`,
					storage: `Der Speicher von ${name} ist fast voll`,
				}[problem.kind];
		}
	},
	problems: 'Probleme',
	more: (n) => `und ${String(n)} weitere`,
	today: 'Heute',
	times: (n) => `${String(n)}-mal`,
	earlier: 'Alles von heute',
	notes: (n) => GERMAN.count(n, 'technischer Hinweis', 'technische Hinweise'),
	savedAgo: (ms) => `Vor ${german(ms)} gespeichert`,
	stop: 'Beenden …',
	watchers: (n) =>
		n === 0 ? 'Niemand schaut zu' : `${String(n)} ${n === 1 ? 'schaut' : 'schauen'} zu`,
	state: 'Dieses Gerät',
	ways: 'Weitere Wege',
	checkNote: 'Was dieser Browser als Kamera kann.',
	devicesNote: 'Wer zu deinem Zuhause gehört.',
	storageNote: 'Wie viel aufgehoben wird.',
	settingsNote: 'Kamera, Zeitplan, Notfallblatt, Sprache.',
	helpNote: 'Antworten auf häufige Fragen.',
	pairNote: 'Ein Handy als Kamera oder einen weiteren Bildschirm zum Zuschauen.',
};

export const WALL: Readonly<Record<Language, WallWords>> = { en, de };
