import type { Run } from '#domain/footage/run.ts';
import type { Segment } from '#domain/footage/segment.ts';

const NAMED = 1000;

/** Why a segment will not be there: the archive refused it, or it cannot be read here. */
export type RefusalReason = 'invalid' | 'conflict' | 'unreadable';

/** Where segments lie that were refused, ms since 1970. */
export interface RefusedSpan {
	readonly segments: number;
	readonly fromMs: number;
	readonly toMs: number;
}

/**
 * Segments that are not sent again before the page is opened anew (SY10): they are named, never
 * passed over in silence.
 */
export class RefusedSegments {
	readonly #all = new Map<string, RefusalReason>();
	#span: RefusedSpan | null = null;

	/** `null`: none. */
	get span(): RefusedSpan | null {
		return this.#span;
	}

	has(runNo: number, seq: number): boolean {
		return this.#all.has(keyOf(runNo, seq));
	}

	/** `among`: the segments that were sent. */
	add(
		{ runNo, startUs: runUs }: Run,
		seq: number,
		among: readonly Segment[],
		why: RefusalReason,
	): void {
		if (this.has(runNo, seq) || this.#all.size >= NAMED) return;
		this.#all.set(keyOf(runNo, seq), why);
		const { startUs, durationUs } = among.find((one) => one.seq === seq) ?? {
			...{ startUs: runUs, durationUs: 0 },
		};
		const { segments = 0, fromMs = Infinity, toMs = 0 } = this.#span ?? {};
		this.#span = {
			segments: segments + 1,
			fromMs: Math.min(fromMs, startUs / 1000),
			toMs: Math.max(toMs, (startUs + durationUs) / 1000),
		};
	}

	/** Another archive may take them. */
	clear(): void {
		this.#all.clear();
		this.#span = null;
	}
}

function keyOf(runNo: number, seq: number): string {
	return `${String(runNo)} ${String(seq)}`;
}
