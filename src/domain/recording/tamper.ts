/** What may be wrong with a picture. Rules: docs/spec/events.md, "Tamper signs". */
export type Wrong = 'covered' | 'frozen';

/** The mean brightness (0 to 255) of each field of a picture, row by row. */
export type Look = readonly number[];

export interface Judgement {
	readonly wrong: Wrong | null;
	readonly last: Look | null;
	/**
	 * How many pictures in a row, this one included, were dark, were not, and were the same as the
	 * one before.
	 */
	readonly dark: number;
	readonly light: number;
	readonly same: number;
}

const DARK_MEAN = 24;
const FLAT_DEVIATION = 8;
const DARK_LOOKS = 3;
const LIGHT_LOOKS = 2;
const SAME_LOOKS = 12;

export const UNJUDGED: Judgement = { wrong: null, last: null, dark: 0, light: 0, same: 0 };

/** EV6, EV7: the next picture. */
export function judged(before: Judgement, look: Look): Judgement {
	const isDark = darkAndFlat(look);
	const dark = isDark ? before.dark + 1 : 0;
	const light = isDark ? 0 : before.light + 1;
	const { last } = before;
	const isSame = last?.length === look.length && look.every((value, at) => value === last[at]);
	const same = isSame ? before.same + 1 : 1;
	return { wrong: wrongWith(before.wrong, dark, light, same), last: look, dark, light, same };
}

function wrongWith(before: Wrong | null, dark: number, light: number, same: number): Wrong | null {
	const stillCovered = before === 'covered' && light < LIGHT_LOOKS;
	if (dark >= DARK_LOOKS || stillCovered) return 'covered';
	return same >= SAME_LOOKS ? 'frozen' : null;
}

function darkAndFlat(look: Look): boolean {
	const mean = look.reduce((sum, value) => sum + value, 0) / Math.max(1, look.length);
	const variance =
		look.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, look.length);
	return mean < DARK_MEAN && Math.sqrt(variance) < FLAT_DEVIATION;
}

const STRONG_MS2 = 2.5;
const TWICE_WITHIN_MS = 3000;
const QUIET_MS = 30_000;

/** When it was last jolted, and when that was last told; ms on one monotonic clock. */
export interface Jolts {
	readonly lastMs: number;
	readonly toldMs: number;
}

export const UNMOVED: Jolts = { lastMs: -Infinity, toldMs: -Infinity };

/** EV8. `strength`: acceleration without gravity, m/s². */
export function jolted(
	before: Jolts,
	strength: number,
	nowMs: number,
): { readonly jolts: Jolts; readonly moved: boolean } {
	if (strength < STRONG_MS2) return { jolts: before, moved: false };
	const twice = nowMs - before.lastMs <= TWICE_WITHIN_MS;
	const moved = twice && nowMs - before.toldMs > QUIET_MS;
	return { jolts: { lastMs: nowMs, toldMs: moved ? nowMs : before.toldMs }, moved };
}
