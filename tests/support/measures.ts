/** The upper median; NaN for an empty list. */
export function median(values: readonly number[]): number {
	return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/**
 * The minimum of up to `tries` measurements; stops at the first below `enough`. A busy machine may
 * stall one of them, but slow code is slow in all.
 */
export async function leastOf(
	tries: number,
	enough: number,
	measure: () => Promise<number>,
): Promise<number> {
	let least = Infinity;
	for (let made = 0; made < tries && least >= enough; made += 1) {
		least = Math.min(least, await measure());
	}
	return least;
}
