import type { Language } from '#state/app/session.svelte.ts';
import { de } from './de.ts';
import { en, type Words } from './en.ts';

export const WORDS: Readonly<Record<Language, Words>> = { en, de };
