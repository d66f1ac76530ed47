/**
 * The local calendar day that contains a moment, ms since 1970. It may have 23 or 25 hours, and
 * start after midnight where the change to summer time skips midnight.
 */
export function localDay(ms: number): { readonly startMs: number; readonly endMs: number } {
	const date = new Date(ms);
	const [year, month, day] = [date.getFullYear(), date.getMonth(), date.getDate()];
	return {
		startMs: new Date(year, month, day).getTime(),
		endMs: new Date(year, month, day + 1).getTime(),
	};
}
