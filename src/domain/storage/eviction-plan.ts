import type { Span } from '#domain/footage/span.ts';

/** What eviction has to achieve. */
export interface EvictionLimits {
	/** Free at least this many bytes. */
	readonly bytes: number;
	/** Also delete whatever ended before this wall time (µs), regardless of space. */
	readonly beforeUs?: number;
}

/** What eviction would delete, or has deleted. */
export interface PlannedEviction {
	readonly segments: number;
	readonly bytes: number;
	/** Duration of the footage. */
	readonly lengthUs: number;
	/** Its wall-time span; `null`: no visible footage. */
	readonly span: Span | null;
}

/** An index page as eviction sees it. */
export interface EvictionCandidate extends Span {
	readonly segments: number;
	/** Bytes it still holds. */
	readonly bytes: number;
	readonly pinned: boolean;
	/** RT2: the newest page of a run that may still grow. */
	readonly grows: boolean;
	readonly run: {
		readonly name: string;
		/** Number of pages; the init section (`initBytes`) is deleted with the last of them. */
		readonly pages: number;
		readonly initBytes: number;
	};
}

const NOTHING_LEAVES: PlannedEviction = { segments: 0, bytes: 0, lengthUs: 0, span: null };

/** RT18: decides about the next page in order of writing; `bytes` are still to be freed. */
export function evictionVerdict(
	{ pinned, grows, endUs }: Pick<EvictionCandidate, 'pinned' | 'grows' | 'endUs'>,
	{ bytes, beforeUs = -Infinity }: EvictionLimits,
): 'leaves' | 'stays' | 'end' {
	if (pinned || grows) return 'stays';
	return bytes > 0 || endUs <= beforeUs ? 'leaves' : 'end';
}

/** RT18: what the limits would delete. Takes pages in order of writing; deletes nothing. */
export class EvictionPlan {
	#sum: PlannedEviction = NOTHING_LEAVES;
	readonly #limits: EvictionLimits;
	readonly #left = new Map<string, number>();

	/** `purgedBytes`: freed by purging removals, which comes first (RT14). */
	constructor(limits: EvictionLimits, purgedBytes = 0) {
		this.#limits = limits;
		this.#sum = { ...NOTHING_LEAVES, bytes: purgedBytes };
	}

	get planned(): PlannedEviction {
		return this.#sum;
	}

	/** `false`: no later page will be deleted. */
	add(page: EvictionCandidate): boolean {
		const bytes = this.#limits.bytes - this.#sum.bytes;
		const verdict = evictionVerdict(page, { ...this.#limits, bytes });
		if (verdict !== 'leaves') return verdict === 'stays';
		const { run, segments, startUs, endUs } = page;
		const left = (this.#left.get(run.name) ?? run.pages) - 1;
		this.#left.set(run.name, left);
		this.#sum = together(this.#sum, {
			...{ segments, lengthUs: endUs - startUs, span: { startUs, endUs } },
			bytes: page.bytes + (left === 0 ? run.initBytes : 0),
		});
		return true;
	}
}

function together(one: PlannedEviction, two: PlannedEviction): PlannedEviction {
	return {
		segments: one.segments + two.segments,
		bytes: one.bytes + two.bytes,
		lengthUs: one.lengthUs + two.lengthUs,
		span: spanning(one.span, two.span),
	};
}

export function spanning(one: Span | null, two: Span | null): Span | null {
	if (one === null || two === null) return one ?? two;
	return {
		startUs: Math.min(one.startUs, two.startUs),
		endUs: Math.max(one.endUs, two.endUs),
	};
}
