import type { Bytes } from '#domain/base/bytes.ts';
import { remember } from '#domain/base/remember.ts';
import type { Head } from '#domain/footage/head.ts';
import { minuteOf, MINUTE_US } from '#domain/footage/index-page.ts';
import type { Segment } from '#domain/footage/segment.ts';
import type { Span } from '#domain/footage/span.ts';
import type { NamedSegment, NamedSegments, Window } from './checked-answers.ts';
import type { KnownRun } from './footage-judge.ts';

/** Of a camera's segments whose records held, as many as are remembered: an hour of them. */
const MAX_GOOD = 4096;
/** Of a segment that a page names: number, start, duration, size. */
const FIELDS = 4;
/** Answers with pages that are remembered: a day is asked for in two. */
const MAX_NAMED = 3;
/** Windows of pages in which something was found: as many as are looked at again. */
const MAX_WINDOWS = 4;

/** What an archive told of one camera, as far as it holds. */
export class SeenCamera {
	readonly runs = new Map<number, KnownRun>();
	windows: readonly Window[] = [];
	/** When its newest segment was read only for its head, monotonic ms. */
	probedMs = -Infinity;
	/** When it was told what is not there, monotonic ms. */
	toldMs = -Infinity;
	#named: readonly (readonly [Window, ReadonlyMap<number, Float64Array>])[] = [];
	/** Chain values. */
	readonly #good = new Map<string, Bytes>();
	#knowsAllRuns = false;

	/** Of all runs with footage there; `null`: it was not asked for all. */
	get oldestRunNo(): number | null {
		const filled = [...this.runs.values()].filter(({ lastSeq }) => lastSeq > 0);
		return this.#knowsAllRuns ? Math.min(...filled.map(({ runNo }) => runNo)) : null;
	}

	noteRuns(runs: readonly KnownRun[], areAll: boolean): void {
		if (areAll) this.runs.clear();
		this.#knowsAllRuns ||= areAll;
		for (const run of runs) this.runs.set(run.runNo, run);
	}

	note(window: Window, segments: NamedSegments): void {
		const others = this.#named.filter(([one]) => !isSame(one, window));
		const packed = new Map([...segments].map(([runNo, some]) => [runNo, packedOf(some)]));
		this.#named = [[window, packed] as const, ...others].slice(0, MAX_NAMED);
	}

	noteWindow(window: Window, isBad: boolean): void {
		const others = this.windows.filter((one) => !isSame(one, window));
		this.windows = isBad ? [window, ...others].slice(0, MAX_WINDOWS) : others;
	}

	noteGood({ runNo, seq, chain }: Head): void {
		remember(this.#good, nameOf(runNo, seq), chain, MAX_GOOD);
	}

	chainOf(runNo: number, seq: number): Bytes | null {
		return this.#good.get(nameOf(runNo, seq)) ?? null;
	}

	/** As a page named it lately; `null`: none did. */
	named(runNo: number, seq: number): NamedSegment | null {
		for (const [, packed] of this.#named) {
			const found = unpacked(packed.get(runNo), seq);
			if (found !== null) return found;
		}
		return null;
	}

	/** Runs that are, or should be, in these minutes. */
	runsIn({ from, to }: Window, segments: NamedSegments): readonly number[] {
		const told = [...this.runs.values()].filter(
			({ lastSeq, startUs, endUs }) =>
				lastSeq > 0 && minuteOf(startUs) <= to && minuteOf(endUs) >= from,
		);
		return [...new Set([...segments.keys(), ...told.map(({ runNo }) => runNo)])];
	}

	/** About where a segment is: as a page says, else as its run does. */
	spanOf(runNo: number, seq: number): Span {
		const named = this.named(runNo, seq);
		if (named !== null) {
			const { startUs, durationUs } = named;
			return { startUs, endUs: startUs + Math.max(1, durationUs) };
		}
		const run = this.runs.get(runNo);
		if (run === undefined) return { startUs: 0, endUs: 1 };
		const { startUs, endUs, firstSeq, lastSeq } = run;
		if (seq === 0) return { startUs, endUs: Math.max(endUs, startUs + 1) };
		const step = Math.max(1, Math.floor((endUs - startUs) / Math.max(1, lastSeq - firstSeq + 1)));
		const at = startUs + Math.max(0, seq - firstSeq) * step;
		return { startUs: at, endUs: at + step };
	}
}

export function spanOf({ from, to }: Window): Span {
	return { startUs: from * MINUTE_US, endUs: (to + 1) * MINUTE_US };
}

/** A day has tens of thousands of them. */
function packedOf(segments: readonly Segment[]): Float64Array {
	const packed = new Float64Array(segments.length * FIELDS);
	for (const [at, { seq, startUs, durationUs, size }] of segments.entries())
		packed.set([seq, startUs, durationUs, size], at * FIELDS);
	return packed;
}

function unpacked(packed: Float64Array | undefined, seq: number): NamedSegment | null {
	let [low, high] = [0, (packed?.length ?? 0) / FIELDS];
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((packed?.[middle * FIELDS] ?? 0) < seq) low = middle + 1;
		else high = middle;
	}
	const [found, startUs = 0, durationUs = 0, size = 0] =
		packed?.subarray(low * FIELDS, (low + 1) * FIELDS) ?? [];
	return found === seq ? { startUs, durationUs, size } : null;
}

function isSame(one: Window, other: Window): boolean {
	return one.from === other.from && one.to === other.to;
}

function nameOf(runNo: number, seq: number): string {
	return `${String(runNo)} ${String(seq)}`;
}
