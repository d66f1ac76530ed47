import type { Language } from '#state/app/session.svelte.ts';
import { kit as de } from '#ui/words/de/kit.ts';
import { kit as en, type KitWords } from '#ui/words/en/kit.ts';

/** Apart from `WORDS`: the start page must not wait for them. */
export const KIT: Readonly<Record<Language, KitWords>> = { en, de };
