import type { Language } from '#state/app/session.svelte.ts';
import { ENGLISH, GERMAN } from '#ui/words/format/formats.ts';

type Day = 'today' | 'yesterday' | 'this year' | 'before';

/** LV31: on which day it was, by the calendar of this device. */
function dayOf(ms: number, nowMs: number): Day {
	const [then, now] = [new Date(ms), new Date(nowMs)];
	const [year, month, day] = [now.getFullYear(), now.getMonth(), now.getDate()];
	if (then >= new Date(year, month, day)) return 'today';
	if (then >= new Date(year, month, day - 1)) return 'yesterday';
	return then.getFullYear() === year ? 'this year' : 'before';
}

interface SeenWords {
	/** It is there. */
	readonly now: string;
	/** When it was last known to live; `null`: never. */
	last(ms: number | null, nowMs: number): string;
}

function english(ms: number | null, nowMs: number): string {
	if (ms === null) return 'Not seen yet';
	const { minute, day } = ENGLISH.shared;
	const date = {
		today: '',
		yesterday: 'yesterday, ',
		'this year': `${day(ms)}, `,
		before: `${day(ms)} ${String(new Date(ms).getFullYear())}, `,
	}[dayOf(ms, nowMs)];
	return `Last seen ${date}${minute(ms)}`;
}

function german(ms: number | null, nowMs: number): string {
	if (ms === null) return 'Noch nicht gesehen';
	const { minute, day } = GERMAN.shared;
	const date = {
		today: '',
		yesterday: 'gestern ',
		'this year': `am ${day(ms)} `,
		before: `am ${day(ms)} ${String(new Date(ms).getFullYear())} `,
	}[dayOf(ms, nowMs)];
	return `Zuletzt gesehen ${date}um ${minute(ms)}`;
}

/** The same words wherever it is said. */
export const SEEN: Readonly<Record<Language, SeenWords>> = {
	en: { now: 'Online now', last: english },
	de: { now: 'Jetzt online', last: german },
};
