import type { Span } from '#domain/footage/span.ts';

/** What is asked to leave. */
export interface EvictionLimits {
	/** So many bytes must go. */
	readonly bytes: number;
	/** What ended before goes, too, whatever room there is; wall microseconds. */
	readonly beforeUs?: number;
}

/** What leaves, or has left. */
export interface PlannedEviction {
	readonly segments: number;
	readonly bytes: number;
	/** How much footage that is. */
	readonly lengthUs: number;
	/** Wall span of it; `null`: no footage that anybody can see. */
	readonly span: Span | null;
}

/** An index page as retention sees it. */
export interface EvictionCandidate extends Span {
	readonly segments: number;
	/** Of what lies there still. */
	readonly bytes: number;
	readonly pinned: boolean;
	/** RT2: the newest page of a run that may still grow. */
	readonly grows: boolean;
	readonly run: {
		readonly name: string;
		/** How many pages it has, and what leaves with the last of them. */
		readonly pages: number;
		readonly initBytes: number;
	};
}

const NOTHING_LEAVES: PlannedEviction = { segments: 0, bytes: 0, lengthUs: 0, span: null };

/**
 * RT18: what becomes of the page that is next in order of writing while so many bytes must still
 * go.
 */
export function evictionVerdict(
	{ pinned, grows, endUs }: Pick<EvictionCandidate, 'pinned' | 'grows' | 'endUs'>,
	{ bytes, beforeUs = -Infinity }: EvictionLimits,
): 'leaves' | 'stays' | 'end' {
	if (pinned || grows) return 'stays';
	return bytes > 0 || endUs <= beforeUs ? 'leaves' : 'end';
}

/**
 * RT18: what limits would delete. It is shown the pages in order of writing, and deletes nothing.
 */
export class EvictionPlan {
	#sum: PlannedEviction = NOTHING_LEAVES;
	readonly #limits: EvictionLimits;
	readonly #left = new Map<string, number>();

	/** `purgedBytes`: of what a person deleted; it goes first (RT14). */
	constructor(limits: EvictionLimits, purgedBytes = 0) {
		this.#limits = limits;
		this.#sum = { ...NOTHING_LEAVES, bytes: purgedBytes };
	}

	get planned(): PlannedEviction {
		return this.#sum;
	}

	/** False: no page after it leaves. */
	add(sheet: EvictionCandidate): boolean {
		const bytes = this.#limits.bytes - this.#sum.bytes;
		const becomes = evictionVerdict(sheet, { ...this.#limits, bytes });
		if (becomes !== 'leaves') return becomes === 'stays';
		const { run, segments, startUs, endUs } = sheet;
		const left = (this.#left.get(run.name) ?? run.pages) - 1;
		this.#left.set(run.name, left);
		this.#sum = together(this.#sum, {
			...{ segments, lengthUs: endUs - startUs, span: { startUs, endUs } },
			bytes: sheet.bytes + (left === 0 ? run.initBytes : 0),
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

function spanning(one: Span | null, two: Span | null): Span | null {
	if (one === null || two === null) return one ?? two;
	return {
		startUs: Math.min(one.startUs, two.startUs),
		endUs: Math.max(one.endUs, two.endUs),
	};
}
