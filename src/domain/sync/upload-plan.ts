import { MINUTE_US, minuteOf } from '#domain/footage/index-page.ts';
import type { Span } from '#domain/footage/span.ts';
import type { UploadChoice } from './upload-choice.ts';

const DAY_US = 86_400_000_000;
const HOUR_MS = 3_600_000;
/** On either side of the minute in which an event begins. */
const AROUND = 1;

/** Minutes that events touch, the newest event first. `startsUs`: wall time at which they begin. */
export function eventMinutes(startsUs: readonly number[]): readonly number[] {
	const minutes = new Set<number>();
	for (const startUs of startsUs.toSorted((a, b) => b - a))
		for (let beside = -AROUND; beside <= AROUND; beside += 1)
			minutes.add(minuteOf(startUs) + beside);
	return [...minutes];
}

/** SY20: whether a minute is to be copied at all. */
export function isWanted(
	choice: UploadChoice,
	minute: number,
	events: ReadonlySet<number>,
	nowUs: number,
): boolean {
	if (choice !== 'events') return choice === 'everything';
	return (minute + 1) * MINUTE_US > nowUs - DAY_US || events.has(minute);
}

/** What is needed to tell whether footage will be deleted that is nowhere else. */
export interface UploadRates {
	/** Room for footage that is still free. */
	readonly freeBytes: number;
	/** Footage that is deleted before the oldest that is not uploaded. */
	readonly savedFirstBytes: number;
	readonly recordedPerHour: number;
	readonly uploadedPerHour: number;
}

/**
 * SY23: ms until retention reaches footage that is not uploaded; `null`: it does not, because it is
 * uploaded at least as fast as it is recorded, and what retention takes next goes first.
 */
export function unsavedInMs(rates: UploadRates): number | null {
	const { freeBytes, savedFirstBytes, recordedPerHour, uploadedPerHour } = rates;
	if (recordedPerHour <= uploadedPerHour) return null;
	return (Math.max(0, freeBytes + savedFirstBytes) / recordedPerHour) * HOUR_MS;
}

/** Bytes of runs that lie before `us`, by their share of the time. */
export function bytesBefore(
	runs: readonly (Span & { readonly bytes: number })[],
	us: number,
): number {
	return runs.reduce((sum, { startUs, endUs, bytes }) => {
		const before = Math.max(0, Math.min(endUs, us) - startUs);
		return sum + (endUs > startUs ? (bytes * before) / (endUs - startUs) : 0);
	}, 0);
}
