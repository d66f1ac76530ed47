import type { HoleReason, RunEnd } from './run.ts';

/** A span with footage, microseconds since 1970. */
export interface Span {
	readonly startUs: number;
	readonly endUs: number;
}

export function spansOverlap(one: Span, other: Span): boolean {
	return one.startUs < other.endUs && one.endUs > other.startUs;
}

export function spanContains({ startUs, endUs }: Span, us: number): boolean {
	return startUs <= us && us < endUs;
}

/** A span without footage. Every gap has a reason. */
export interface Gap extends Span {
	readonly why: RunEnd | HoleReason | 'not-started' | 'unknown';
}
