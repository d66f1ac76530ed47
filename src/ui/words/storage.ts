import type { Language } from '#state/app/session.svelte.ts';
import { storage as de } from '#ui/words/de/storage.ts';
import { storage as en, type StorageWords } from '#ui/words/en/storage.ts';

/** Apart from `WORDS`: only one screen needs them. */
export const STORAGE: Readonly<Record<Language, StorageWords>> = { en, de };
