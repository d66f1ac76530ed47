import type { Language } from '#state/app/session.svelte.ts';
import { de } from '#ui/words/de/index.ts';
import { en, type Words } from '#ui/words/en/index.ts';

export const WORDS: Readonly<Record<Language, Words>> = { en, de };
