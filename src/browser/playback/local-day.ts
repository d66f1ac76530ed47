/**
 * The local calendar day that holds a moment, milliseconds since 1970. It may last 23 or 25 hours,
 * and begin after midnight where a change to summer time takes midnight away.
 */
export function localDay(ms: number): { readonly startMs: number; readonly endMs: number } {
	const date = new Date(ms);
	const [year, month, day] = [date.getFullYear(), date.getMonth(), date.getDate()];
	return {
		startMs: new Date(year, month, day).getTime(),
		endMs: new Date(year, month, day + 1).getTime(),
	};
}
