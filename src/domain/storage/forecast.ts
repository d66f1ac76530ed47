import type { SettingChange } from './setting-change.ts';
import type { StorageUsage } from './usage.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Run } from '#domain/footage/run.ts';
import { footageBytesOf } from './allowance.ts';
import type { Span } from '#domain/footage/span.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Less footage says nothing about a rate. */
const MIN_MS = 60_000;
/** Eviction works in whole minutes, so even a full ring may have this much room. */
const FULL_MARGIN_MS = 90_000;
/** SP18: changes below 25 % are not reported. */
const MIN_FACTOR = 1.25;

type Recorded = Pick<Run, 'camera' | 'startUs' | 'endUs' | 'bytes'> & Partial<Pick<Run, 'holes'>>;

export interface RecordingRate {
	readonly camera: CameraId;
	/** While recording. */
	readonly bytesPerHour: number;
}

/** A significant change of the rate. */
export interface RateChange {
	/** Above 1: more than before. */
	readonly factor: number;
	/** The last setting changed in that time. */
	readonly after: SettingChange | null;
}

/**
 * SP16: per camera, from the last hour of footage before `nowMs`. Assumes an even rate within each
 * run.
 */
export function recordingRatesOf(runs: readonly Recorded[], nowMs: number): RecordingRate[] {
	const cameras = [...new Set(runs.map(({ camera }) => camera))];
	return cameras.flatMap((camera) => {
		const own = runs.filter((run) => run.camera === camera);
		const newestMs = own.reduce((newest, { endUs }) => Math.max(newest, endUs / 1000), 0);
		const toMs = Math.min(newestMs, nowMs);
		const bytesPerHour = rateBetween(own, toMs - HOUR_MS, toMs);
		return bytesPerHour === null ? [] : [{ camera, bytesPerHour }];
	});
}

/**
 * SP18: the last hour of footage compared with the day before, over all cameras. `null`: no
 * significant change.
 */
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
	if (factor < MIN_FACTOR && factor > 1 / MIN_FACTOR) return null;
	const inTime = changes.filter(({ atMs }) => atMs <= toMs && atMs >= toMs - HOUR_MS - DAY_MS);
	return { factor, after: inTime.toSorted((a, b) => b.atMs - a.atMs)[0] ?? null };
}

/** Bytes per hour of recording; `null` for less than a minute of footage. */
function rateBetween(runs: readonly Recorded[], fromMs: number, toMs: number): number | null {
	let ms = 0;
	let bytes = 0;
	for (const run of runs) {
		const insideMs = recordedMs(run, fromMs, toMs);
		if (insideMs <= 0) continue;
		ms += insideMs;
		bytes += run.bytes * (insideMs / recordedMs(run, -Infinity, Infinity));
	}
	return ms < MIN_MS ? null : (bytes / ms) * HOUR_MS;
}

/** Excludes what was deleted from the run, because its bytes are gone as well. */
function recordedMs(run: Recorded, fromMs: number, toMs: number): number {
	const within = ({ startUs, endUs }: Span) =>
		Math.max(0, Math.min(endUs / 1000, toMs) - Math.max(startUs / 1000, fromMs));
	const gone = (run.holes ?? []).filter(({ why }) => why === 'deleted' || why === 'evicted');
	return gone.reduce((ms, hole) => ms - within(hole), within(run));
}

/** Storage forecast of this device; the source for all screens (SP24). */
export interface Outlook {
	/** What counts against `allowedBytes`, so without the browser's and the app's own data. */
	readonly usedBytes: number;
	readonly allowedBytes: number;
	/**
	 * How far back footage will reach once the storage is full, or by the days that a person chose.
	 */
	readonly keepsMs: number;
	/** Until eviction starts; 0: it has started. `null`: footage expires by age first. */
	readonly fullInMs: number | null;
	/** Measured, per camera; empty: estimated from the chosen quality. */
	readonly rates: readonly RecordingRate[];
	readonly bytesPerHour: number;
}

/** SP24. `elsePerHour`: bytes per hour, used when nothing was recorded yet. */
export function outlookOf(
	usage: StorageUsage,
	rates: readonly RecordingRate[],
	elsePerHour: number,
	mostDays: number | null,
): Outlook {
	const { footage, pinned, previews, index, reserve, allowed } = usage;
	const recorded = rates.reduce((sum, rate) => sum + rate.bytesPerHour, 0);
	const bytesPerHour = recorded > 0 ? recorded : elsePerHour;
	const forFootage = footageBytesOf(allowed, previews + index);
	const lasts = (bytes: number) => (Math.max(0, bytes) / bytesPerHour) * HOUR_MS;
	const roomMs = lasts(forFootage - pinned);
	const daysMs = mostDays === null ? Infinity : mostDays * DAY_MS;
	const leftMs = lasts(forFootage - footage);
	const full = leftMs < FULL_MARGIN_MS;
	return {
		usedBytes: footage + previews + index + reserve,
		allowedBytes: allowed,
		keepsMs: Math.min(roomMs, daysMs),
		fullInMs: full ? 0 : daysMs < roomMs ? null : leftMs,
		rates,
		bytesPerHour,
	};
}
