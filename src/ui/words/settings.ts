import type { Language } from '#state/app/session.svelte.ts';
import { settings as de } from '#ui/words/de/settings.ts';
import { settings as en, type SettingsWords } from '#ui/words/en/settings.ts';

/** Apart from `WORDS`: only one screen needs them. */
export const SETTINGS: Readonly<Record<Language, SettingsWords>> = { en, de };
