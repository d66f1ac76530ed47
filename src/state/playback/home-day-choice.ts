import { idFrom, type CameraId } from '#domain/base/ids.ts';

/** Which cameras the home's day shows; remembered on this device. */
export interface DayChoice {
	/** These come first, in this order. */
	readonly first: readonly CameraId[];
	/** These were put away. */
	readonly away: readonly CameraId[];
}

const KEY = 'spycam-home-day';
/** More cameras than a home has. */
const MAX_IDS = 256;

/** Camera ids as in an address or in what was stored; what is none is left out. */
export function cameraIds(given: readonly unknown[]): CameraId[] {
	const ids = given.slice(0, MAX_IDS).flatMap((one) => {
		const id = idFrom<CameraId>(one);
		return id === null ? [] : [id];
	});
	return [...new Set(ids)];
}

export function storedChoice(): DayChoice {
	const stored = read();
	return { first: listIn(stored, 'first'), away: listIn(stored, 'away') };
}

export function storeChoice(choice: DayChoice): void {
	try {
		localStorage.setItem(KEY, JSON.stringify(choice));
	} catch {
		// Without storage the choice is forgotten; nothing else is lost.
	}
}

function read(): unknown {
	try {
		return JSON.parse(localStorage.getItem(KEY) ?? 'null') as unknown;
	} catch {
		return null;
	}
}

function listIn(stored: unknown, name: keyof DayChoice): CameraId[] {
	if (typeof stored !== 'object' || stored === null) return [];
	const list: unknown = Object.entries(stored).find(([key]) => key === name)?.[1];
	return Array.isArray(list) ? cameraIds(list) : [];
}
