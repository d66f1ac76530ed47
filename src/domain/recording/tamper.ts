/** What may be wrong with the picture. Rules: docs/spec/events.md, "Tamper signs". */
export type TamperSign = 'covered' | 'frozen';

/** Mean brightness (0 to 255) of each field of a thumbnail, row by row. */
export type BrightnessGrid = readonly number[];

export interface TamperState {
	readonly sign: TamperSign | null;
	readonly last: BrightnessGrid | null;
	/**
	 * Consecutive thumbnails, the last one included, that were dark, were not dark, and were
	 * identical.
	 */
	readonly dark: number;
	readonly light: number;
	readonly same: number;
}

const DARK_MEAN = 24;
const FLAT_DEVIATION = 8;
const MIN_DARK = 3;
const MIN_LIGHT = 2;
const MIN_SAME = 12;

export const NO_TAMPER: TamperState = { sign: null, last: null, dark: 0, light: 0, same: 0 };

/** EV6, EV7: the state after the next thumbnail. */
export function nextTamperState(before: TamperState, grid: BrightnessGrid): TamperState {
	const isDark = darkAndFlat(grid);
	const dark = isDark ? before.dark + 1 : 0;
	const light = isDark ? 0 : before.light + 1;
	const { last } = before;
	const isSame = last?.length === grid.length && grid.every((value, at) => value === last[at]);
	const same = isSame ? before.same + 1 : 1;
	return { sign: signFrom(before.sign, dark, light, same), last: grid, dark, light, same };
}

function signFrom(
	before: TamperSign | null,
	dark: number,
	light: number,
	same: number,
): TamperSign | null {
	const stillCovered = before === 'covered' && light < MIN_LIGHT;
	if (dark >= MIN_DARK || stillCovered) return 'covered';
	return same >= MIN_SAME ? 'frozen' : null;
}

function darkAndFlat(grid: BrightnessGrid): boolean {
	const mean = grid.reduce((sum, value) => sum + value, 0) / Math.max(1, grid.length);
	const variance =
		grid.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, grid.length);
	return mean < DARK_MEAN && Math.sqrt(variance) < FLAT_DEVIATION;
}

const STRONG_MS2 = 2.5;
const TWICE_WITHIN_MS = 3000;
const QUIET_MS = 30_000;

/** When the device was last jolted and when that was last reported; monotonic clock, ms. */
export interface JoltState {
	readonly lastMs: number;
	readonly reportedMs: number;
}

export const NO_JOLT: JoltState = { lastMs: -Infinity, reportedMs: -Infinity };

/** EV8. `strength`: acceleration without gravity, m/s². */
export function detectJolt(
	before: JoltState,
	strength: number,
	nowMs: number,
): { readonly jolts: JoltState; readonly moved: boolean } {
	if (strength < STRONG_MS2) return { jolts: before, moved: false };
	const twice = nowMs - before.lastMs <= TWICE_WITHIN_MS;
	const moved = twice && nowMs - before.reportedMs > QUIET_MS;
	return { jolts: { lastMs: nowMs, reportedMs: moved ? nowMs : before.reportedMs }, moved };
}
