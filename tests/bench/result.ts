/** Says on stderr how far a measurement is. */
export type Progress = (line: string) => void;

/** A figure by its name, with the unit in it (`firstFrameMs`); null where it could not be had. */
export type Figures = Readonly<Record<string, number | string | null>>;

export interface BenchResult {
	/** Ours. */
	readonly figures: Figures;
	/** The bare thing that ours is held against, measured in the same run. */
	readonly baseline: Figures;
	/** Ours over the bare thing. */
	readonly ratio: Figures;
	readonly rounds: number;
}

/** What each file of this folder exports as `bench`. */
export type Bench = (progress: Progress) => Promise<BenchResult>;
