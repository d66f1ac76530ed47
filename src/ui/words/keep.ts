import type { Language } from '#state/app/session.svelte.ts';
import { keep as de } from '#ui/words/de/keep.ts';
import { keep as en, type KeepWords } from '#ui/words/en/keep.ts';

/** What asks before something goes; apart from `WORDS`, for the screens that need it. */
export const KEEP: Readonly<Record<Language, KeepWords>> = { en, de };
