import type { Language } from '#state/app/session.svelte.ts';
import { goTo as de } from '#ui/words/de/goto.ts';
import { goTo as en } from '#ui/words/en/goto.ts';

export const GO_TO: Readonly<Record<Language, typeof en>> = { en, de };
