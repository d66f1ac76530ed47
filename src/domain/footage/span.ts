import type { HoleReason, RunEnd } from './run.ts';

/** A span with footage, microseconds since 1970. */
export interface Span {
	readonly startUs: number;
	readonly endUs: number;
}

/** A span without footage. Every gap has a reason. */
export interface Gap extends Span {
	readonly why: RunEnd | HoleReason | 'not-started' | 'unknown';
}
