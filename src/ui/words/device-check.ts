import type { Language } from '#state/app/session.svelte.ts';
import { deviceCheck as de } from '#ui/words/de/device-check.ts';
import { deviceCheck as en, type DeviceCheckWords } from '#ui/words/en/device-check.ts';

/** Apart from `WORDS`: only one screen needs them, and the start page must not wait for them. */
export const DEVICE_CHECK: Readonly<Record<Language, DeviceCheckWords>> = { en, de };
