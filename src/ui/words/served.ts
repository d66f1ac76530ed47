import type { Language } from '#state/app/session.svelte.ts';
import { served as de } from '#ui/words/de/served.ts';
import { served as en } from '#ui/words/en/served.ts';

/** Apart from `WORDS`: only one screen needs them, and the start page must not wait for them. */
export const SERVED: Readonly<Record<Language, typeof en>> = { en, de };
