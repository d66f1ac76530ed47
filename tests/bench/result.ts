/** Reports progress on stderr. */
export type Progress = (line: string) => void;

/** With `--small`: to try a bench, not to measure. */
export const SMALL = process.argv.includes('--small');

/** Results by name, with the unit in the name (`firstFrameMs`); null where not measured. */
export type Figures = Readonly<Record<string, number | string | null>>;

export interface BenchResult {
	/** Of the product. */
	readonly figures: Figures;
	/** Of the bare baseline, measured in the same run. */
	readonly baseline: Figures;
	/** Product relative to the baseline. */
	readonly ratio: Figures;
	readonly rounds: number;
}

/** What each file of this folder exports as `bench`. */
export type Bench = (progress: Progress) => Promise<BenchResult>;
