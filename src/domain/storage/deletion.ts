import type { Span } from '#domain/footage/span.ts';

/** The rule that deleted: over budget, a write the browser refused, too old, or a person. */
export const DELETION_RULES = ['budget', 'refused', 'age', 'person'] as const;
export type DeletionRule = (typeof DELETION_RULES)[number];

/** What one rule deleted within one hour. */
export interface Deletion {
	readonly rule: DeletionRule;
	/** First and last pass, ms since 1970. */
	readonly firstMs: number;
	readonly lastMs: number;
	/** Time span of the footage; `null` if unknown. */
	readonly span: Span | null;
	readonly segments: number;
	/** Bytes actually freed. */
	readonly bytes: number;
	/** Of these, what was to be copied to the relay and was not known to be there (SY23). */
	readonly unsaved?: number | undefined;
}

const HOUR_MS = 3_600_000;

export function hourOf({ firstMs }: Pick<Deletion, 'firstMs'>): number {
	return Math.floor(firstMs / HOUR_MS);
}

/** SP19: merges two passes by the same rule in the same hour. */
export function mergedDeletion(one: Deletion, other: Deletion): Deletion {
	const unsaved = (one.unsaved ?? 0) + (other.unsaved ?? 0);
	return {
		rule: one.rule,
		firstMs: Math.min(one.firstMs, other.firstMs),
		lastMs: Math.max(one.lastMs, other.lastMs),
		span: spanOf(one.span, other.span),
		segments: one.segments + other.segments,
		bytes: one.bytes + other.bytes,
		...(unsaved > 0 && { unsaved }),
	};
}

function spanOf(one: Span | null, other: Span | null): Span | null {
	if (one === null || other === null) return one ?? other;
	return {
		startUs: Math.min(one.startUs, other.startUs),
		endUs: Math.max(one.endUs, other.endUs),
	};
}
