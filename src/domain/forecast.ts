import type { SettingChange } from './change.ts';
import type { CameraId } from './ids.ts';
import type { Run } from './run.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Shorter footage says nothing about a rate. */
const LEAST_MS = 60_000;
/** The oldest leave by whole minutes, so a full ring has so much air at times. */
const AIR_MS = 90_000;
/** SP18: from 25 % up or down it is told. */
const TOLD = 1.25;

type Recorded = Pick<Run, 'camera' | 'startUs' | 'endUs' | 'bytes'>;

export interface Rate {
	readonly camera: CameraId;
	/** While it records. */
	readonly bytesPerHour: number;
}

/** A rate that is not what it was. */
export interface RateChange {
	/** Above 1: more than before. */
	readonly factor: number;
	/** The last setting that was changed in that time. */
	readonly after: SettingChange | null;
}

/** SP16: by camera, from the last hour of footage before `nowMs`. Runs are taken to be filled evenly. */
export function ratesOf(runs: readonly Recorded[], nowMs: number): Rate[] {
	const cameras = [...new Set(runs.map(({ camera }) => camera))];
	return cameras.flatMap((camera) => {
		const own = runs.filter((run) => run.camera === camera);
		const newestMs = own.reduce((newest, { endUs }) => Math.max(newest, endUs / 1000), 0);
		const toMs = Math.min(newestMs, nowMs);
		const bytesPerHour = rateBetween(own, toMs - HOUR_MS, toMs);
		return bytesPerHour === null ? [] : [{ camera, bytesPerHour }];
	});
}

/** SP18, over all cameras: the last hour of footage against the day before it. `null`: about the same. */
export function rateChange(
	runs: readonly Recorded[],
	changes: readonly SettingChange[],
	nowMs: number,
): RateChange | null {
	const newestMs = runs.reduce((newest, { endUs }) => Math.max(newest, endUs / 1000), 0);
	const toMs = Math.min(newestMs, nowMs);
	const now = rateBetween(runs, toMs - HOUR_MS, toMs);
	const before = rateBetween(runs, toMs - HOUR_MS - DAY_MS, toMs - HOUR_MS);
	if (now === null || before === null || before === 0) return null;
	const factor = now / before;
	if (factor < TOLD && factor > 1 / TOLD) return null;
	const inTime = changes.filter(({ atMs }) => atMs <= toMs && atMs >= toMs - HOUR_MS - DAY_MS);
	return { factor, after: inTime.toSorted((a, b) => b.atMs - a.atMs)[0] ?? null };
}

/** Bytes an hour of recorded time; `null` where less than a minute was recorded. */
function rateBetween(runs: readonly Recorded[], fromMs: number, toMs: number): number | null {
	let ms = 0;
	let bytes = 0;
	for (const run of runs) {
		const [startMs, endMs] = [run.startUs / 1000, run.endUs / 1000];
		const insideMs = Math.min(endMs, toMs) - Math.max(startMs, fromMs);
		if (insideMs <= 0) continue;
		ms += insideMs;
		bytes += run.bytes * (insideMs / (endMs - startMs));
	}
	return ms < LEAST_MS ? null : (bytes / ms) * HOUR_MS;
}

/** How long the room of a device lasts. */
export interface Lasting {
	readonly ms: number;
	/** The oldest leave already: `ms` is how far back footage reaches. */
	readonly full: boolean;
}

/** ST3. `bytes`: of footage now and at most. `null`: nothing is known of the rate. */
export function lasting(
	bytes: { readonly footage: number; readonly most: number },
	rates: readonly Pick<Rate, 'bytesPerHour'>[],
): Lasting | null {
	const bytesPerHour = rates.reduce((sum, rate) => sum + rate.bytesPerHour, 0);
	if (bytesPerHour === 0) return null;
	const hours = (part: number) => (Math.max(0, part) / bytesPerHour) * HOUR_MS;
	const leftMs = hours(bytes.most - bytes.footage);
	const full = leftMs < AIR_MS;
	return { ms: full ? hours(bytes.most) : leftMs, full };
}
