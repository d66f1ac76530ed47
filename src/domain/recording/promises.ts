import type { BrowserFeatures } from './browser-features.ts';

/** What this browser can and cannot promise as a camera. Each needs a translated sentence. */
export const PROMISES = [
	'awake',
	'not-awake',
	'background-stops',
	'background-goes-on',
	'front-only',
	'kept',
	'may-be-cleared',
	'seven-days',
	'keys-sealed',
	'keys-readable',
	'keys-memory',
	'localhost',
	'no-sound',
] as const;
export type PromiseName = (typeof PROMISES)[number];

export interface CameraPromise {
	readonly name: PromiseName;
	/** `false`: a limit the person should know. */
	readonly good: boolean;
}

/** `persisted`: whether the browser promised to keep this site's data; `null`: not reported. */
export function promisesOf(
	features: BrowserFeatures,
	strength: 'sealed' | 'readable' | 'memory' | null,
	persisted: boolean | null,
): CameraPromise[] {
	const { mobile, engine, recordsHidden, sound, installed, localhost, wakeLock } = features;
	const list: CameraPromise[] = [
		wakeLock ? { name: 'awake', good: true } : { name: 'not-awake', good: false },
	];
	if (mobile) list.push({ name: 'background-stops', good: false });
	else if (recordsHidden) list.push({ name: 'background-goes-on', good: true });
	else list.push({ name: 'front-only', good: false });
	if (persisted === true || (mobile && engine === 'webkit' && installed)) {
		list.push({ name: 'kept', good: true });
	} else if (engine === 'webkit') list.push({ name: 'seven-days', good: false });
	else list.push({ name: 'may-be-cleared', good: false });
	if (strength === 'readable') list.push({ name: 'keys-readable', good: false });
	else if (strength === 'memory') list.push({ name: 'keys-memory', good: false });
	else list.push({ name: 'keys-sealed', good: true });
	if (!sound) list.push({ name: 'no-sound', good: false });
	if (localhost) list.push({ name: 'localhost', good: false });
	return list;
}
