/** Numbers of segments that follow each other; both ends belong to it. */
export type SeqRange = readonly [first: number, last: number];

export function holdsSeq(ranges: readonly SeqRange[], seq: number): boolean {
	return ranges.some(([first, last]) => first <= seq && seq <= last);
}

/** In ascending order, and as few as possible. */
export function withSeqs(
	ranges: readonly SeqRange[],
	seqs: readonly number[],
): readonly SeqRange[] {
	return united([...ranges, ...seqs.map((seq): SeqRange => [seq, seq])]);
}

export function united(ranges: readonly SeqRange[]): readonly SeqRange[] {
	const merged: [number, number][] = [];
	for (const [first, last] of ranges.toSorted((a, b) => a[0] - b[0])) {
		const before = merged.at(-1);
		if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last);
		else merged.push([first, last]);
	}
	return merged;
}

/** What of them is not in `seqs`. */
export function withoutSeqs(
	ranges: readonly SeqRange[],
	seqs: readonly number[],
): readonly SeqRange[] {
	return seqs.reduce<readonly SeqRange[]>(
		(left, seq) =>
			left.flatMap(([first, last]) => {
				if (seq < first || seq > last) return [[first, last] as const];
				const [before, after] = [[first, seq - 1] as const, [seq + 1, last] as const];
				return [before, after].filter(([from, to]) => from <= to);
			}),
		ranges,
	);
}
