import type { Language } from '#state/app/session.svelte.ts';
import { pair as de } from '#ui/words/de/pair.ts';
import { pair as en } from '#ui/words/en/pair.ts';

/** Apart from `WORDS`: only one screen needs them, and the start page must not wait for them. */
export const PAIR: Readonly<Record<Language, typeof en>> = { en, de };
