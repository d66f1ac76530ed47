/** The middle of the values, the upper of two; NaN of none. */
export function median(values: readonly number[]): number {
	return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/**
 * The least of up to `tries` measurements, in whatever unit they are; the first below `enough` is
 * the last one made. A busy machine may stall in one of them, and what is slow by itself is slow in
 * all.
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
