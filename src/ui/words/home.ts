import type { Language } from '#state/app/session.svelte.ts';
import { happened as deHappened } from '#ui/words/de/happened.ts';
import { live as deLive } from '#ui/words/de/live.ts';
import { happened } from '#ui/words/en/happened.ts';
import { live, type LiveWords } from '#ui/words/en/live.ts';

/** Words that come with the screens that need them: the first load does without. */
export const LIVE: Readonly<Record<Language, LiveWords>> = { en: live, de: deLive };
export const HAPPENED: Readonly<Record<Language, typeof happened>> = {
	en: happened,
	de: deHappened,
};
