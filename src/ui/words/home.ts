import type { Language } from '#state/app/session.svelte.ts';
import { devices as deDevices } from './de-devices.ts';
import { happened as deHappened } from './de-happened.ts';
import { live as deLive } from './de-live.ts';
import { devices, type DeviceWords } from './en-devices.ts';
import { happened } from './en-happened.ts';
import { live, type LiveWords } from './en-live.ts';

/** Words that come with the screens that need them: the first load does without. */
export const LIVE: Readonly<Record<Language, LiveWords>> = { en: live, de: deLive };
export const HAPPENED: Readonly<Record<Language, typeof happened>> = {
	en: happened,
	de: deHappened,
};
export const DEVICES: Readonly<Record<Language, DeviceWords>> = { en: devices, de: deDevices };
