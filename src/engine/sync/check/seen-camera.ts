import { minuteOf, MINUTE_US } from '#domain/footage/index-page.ts';
import type { Segment } from '#domain/footage/segment.ts';
import type { Span } from '#domain/footage/span.ts';
import type { NamedSegments, Window } from './checked-answers.ts';
import type { KnownRun } from './footage-judge.ts';

/** Of a camera's segments whose records held, as many as are remembered. */
const MAX_GOOD = 1024;
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
	#named: readonly (readonly [Window, NamedSegments])[] = [];
	readonly #good = new Set<string>();
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
		this.#named = [[window, segments] as const, ...others].slice(0, MAX_NAMED);
	}

	noteWindow(window: Window, isBad: boolean): void {
		const others = this.windows.filter((one) => !isSame(one, window));
		this.windows = isBad ? [window, ...others].slice(0, MAX_WINDOWS) : others;
	}

	noteGood(runNo: number, seq: number): void {
		const [oldest] = this.#good;
		if (oldest !== undefined && this.#good.size >= MAX_GOOD) this.#good.delete(oldest);
		this.#good.add(nameOf(runNo, seq));
	}

	isGood(runNo: number, seq: number): boolean {
		return this.#good.has(nameOf(runNo, seq));
	}

	/** As a page named it lately; `null`: none did. */
	named(runNo: number, seq: number): Segment | null {
		for (const [, segments] of this.#named) {
			const found = (segments.get(runNo) ?? []).find((one) => one.seq === seq);
			if (found !== undefined) return found;
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

function isSame(one: Window, other: Window): boolean {
	return one.from === other.from && one.to === other.to;
}

function nameOf(runNo: number, seq: number): string {
	return `${String(runNo)} ${String(seq)}`;
}
