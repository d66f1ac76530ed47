import type { Language } from '#state/app/session.svelte.ts';
import { storage as de } from './de-storage.ts';
import { storage as en, type StorageWords } from './en-storage.ts';

/** Apart from `WORDS`: only one screen needs them. */
export const STORAGE: Readonly<Record<Language, StorageWords>> = { en, de };
