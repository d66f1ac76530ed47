import type { Language } from '#state/app/session.svelte.ts';
import { devices as de } from '#ui/words/de/devices.ts';
import { devices as en, type DeviceWords } from '#ui/words/en/devices.ts';

/** Apart from the words of live pictures: whoever only watches does without. */
export const DEVICES: Readonly<Record<Language, DeviceWords>> = { en, de };
