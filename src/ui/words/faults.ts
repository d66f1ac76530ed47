import type { Language } from '#state/app/session.svelte.ts';
import { faults as german } from '#ui/words/de/faults.ts';
import { faults, type FaultWords } from '#ui/words/en/faults.ts';

/** What is said of faults: loaded behind the first screen. */
export const FAULTS: Readonly<Record<Language, FaultWords>> = { en: faults, de: german };
