import type { Language } from '#state/app/session.svelte.ts';
import { saved as de } from '#ui/words/de/saved.ts';
import { saved as en, type SavedWords } from '#ui/words/en/saved.ts';

export const SAVED: Readonly<Record<Language, SavedWords>> = { en, de };
