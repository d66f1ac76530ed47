/** Minutes by which local time is behind UTC, like `Date.getTimezoneOffset`. */
type OffsetOf = (ms: number) => number;

/** No zone changes its clock twice within this time. */
const NEAR_MS = 6 * 3_600_000;

/** The other occurrence of a local time that exists twice because the clock was set back. */
export interface AmbiguousTime {
	/** The given moment is the earlier one. */
	readonly first: boolean;
	readonly otherMs: number;
}

/** `null`: the local time occurs once. */
export function ambiguousTimeOf(offsetOf: OffsetOf, ms: number): AmbiguousTime | null {
	const [before, after] = [offsetOf(ms - NEAR_MS), offsetOf(ms + NEAR_MS)];
	const backMs = (after - before) * 60_000;
	if (backMs <= 0) return null;
	const now = offsetOf(ms);
	if (now === before && offsetOf(ms + backMs) === after) {
		return { first: true, otherMs: ms + backMs };
	}
	if (now === after && offsetOf(ms - backMs) === before) {
		return { first: false, otherMs: ms - backMs };
	}
	return null;
}
