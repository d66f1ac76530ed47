import type { CameraId } from '#domain/base/ids.ts';
import { Listeners } from '#domain/base/listeners.ts';
import { SEAM_US } from '#domain/footage/coverage.ts';
import type { Origin } from '#domain/footage/origin.ts';
import type { FootageProblem } from '#domain/sync/footage-problem.ts';
import type { SegmentHole } from '#domain/sync/footage-check.ts';
import type { Clock } from '#ports/device/clock.ts';

/** What is under way arrives within this time. */
export const SECOND_LOOK_MS = 30_000;
/** How long a camera is not told the same again. */
const TOLD_MS = 10 * 60_000;
/** Of one camera; whoever makes up more is named all the same. */
const MAX_FINDINGS = 256;
const MAX_CAMERAS = 64;

/** Which answer shows it: that answer shows, too, that it is over. */
export type FindingSource = 'cameras' | 'newest' | 'runs' | 'pages' | 'records';

/** Something wrong; `first` 0: without known numbers. */
export interface Suspicion extends SegmentHole, Pick<FootageProblem, 'kind' | 'origins' | 'left'> {
	readonly source: FindingSource;
}

interface Finding extends Suspicion {
	/** Monotonic ms. */
	readonly sinceMs: number;
	/** The last number that was not there then: once it is, what is missing now is something else. */
	readonly sinceLast: number;
	readonly named: boolean;
	readonly toldMs: number | null;
}

/** What is wrong now, by camera. */
export class FootageFindings {
	readonly #clock: Pick<Clock, 'monotonicMs'>;
	readonly #cameras = new Map<CameraId, readonly Finding[]>();
	readonly #listeners = new Listeners();

	constructor(clock: Pick<Clock, 'monotonicMs'>) {
		this.#clock = clock;
	}

	get cameras(): readonly CameraId[] {
		return [...this.#cameras.keys()];
	}

	/** Something waits for its second look. */
	get waits(): boolean {
		return [...this.#cameras.values()].flat().some(({ named }) => !named);
	}

	get watched(): boolean {
		return this.#listeners.size > 0;
	}

	on(listener: () => void): () => void {
		return this.#listeners.add(listener);
	}

	/** Of one kind no two begin at once. */
	of(camera: CameraId): FootageProblem[] {
		const problems: FootageProblem[] = [];
		const named = this.all(camera).filter((one) => one.named);
		const at: Origin = 'relay';
		named.sort((a, b) => a.kind.localeCompare(b.kind) || a.startUs - b.startUs);
		for (const one of named) {
			const { kind, startUs, endUs, origins, left, first, last } = one;
			const segments = first === 0 ? 0 : last - first + 1;
			const asked = one.toldMs !== null;
			const problem = { camera, kind, at, startUs, endUs, segments, origins };
			const before = problems.at(-1);
			const touches = before !== undefined && startUs - before.endUs <= SEAM_US;
			const joins =
				touches && before.kind === kind && (before.left === left || before.startUs === startUs);
			if (joins) problems[problems.length - 1] = joined(before, { ...problem, left, asked });
			else problems.push({ ...problem, left, asked });
		}
		return problems.sort((a, b) => a.startUs - b.startUs);
	}

	all(camera: CameraId): readonly Finding[] {
		return this.#cameras.get(camera) ?? [];
	}

	/** What a look found, instead of what it `covers` and was found before. */
	replace(
		camera: CameraId,
		covers: (finding: Suspicion) => boolean,
		found: readonly Suspicion[],
	): void {
		const before = this.all(camera);
		const gone = before.filter((one) => covers(one));
		const rest = before.filter((one) => !covers(one));
		const now = found.map((one) => this.#again(one, gone));
		this.#set(camera, [...rest, ...now]);
	}

	/** Ranges of one run that the camera still has and was not told of; notes that it is told. */
	toTell(camera: CameraId, most: number): { runNo: number; seqs: [number, number][] } | null {
		const nowMs = this.#clock.monotonicMs();
		const due = this.all(camera).filter(
			({ named, kind, first, origins, toldMs }) =>
				named &&
				(kind === 'missing' || kind === 'withheld' || kind === 'forged') &&
				first > 0 &&
				origins.some((origin) => origin === 'camera') &&
				nowMs - (toldMs ?? -Infinity) >= TOLD_MS,
		);
		const runNo = due[0]?.runNo;
		if (runNo === undefined) return null;
		const told = due.filter((one) => one.runNo === runNo).slice(0, most);
		this.#set(
			camera,
			this.all(camera).map((one) => (told.includes(one) ? { ...one, toldMs: nowMs } : one)),
		);
		return { runNo, seqs: told.map(({ first, last }) => [first, last]) };
	}

	/** `gone`: what it may have been until now. */
	#again(found: Suspicion, gone: readonly Finding[]): Finding {
		const nowMs = this.#clock.monotonicMs();
		const same = gone.filter((one) => isSame(one, found));
		const oldest = same.reduce<Finding | null>(
			(first, one) => (first === null || one.sinceMs < first.sinceMs ? one : first),
			null,
		);
		const { sinceMs, sinceLast } = oldest ?? { sinceMs: nowMs, sinceLast: found.last };
		const told = same.flatMap(({ toldMs }) => toldMs ?? []);
		const toldMs = told.length === 0 ? null : Math.max(...told);
		const isSure = found.kind === 'forged' || found.kind === 'old';
		const isSecond = same.some((one) => one.named) || nowMs - sinceMs >= SECOND_LOOK_MS;
		return { ...found, sinceMs, sinceLast, named: isSure || isSecond, toldMs };
	}

	#set(camera: CameraId, findings: readonly Finding[]): void {
		const before = JSON.stringify(this.of(camera));
		if (findings.length === 0) this.#cameras.delete(camera);
		else if (this.#cameras.has(camera) || this.#cameras.size < MAX_CAMERAS)
			this.#cameras.set(camera, findings.slice(0, MAX_FINDINGS));
		if (JSON.stringify(this.of(camera)) !== before) this.#listeners.notify();
	}
}

function joined(before: FootageProblem, problem: FootageProblem): FootageProblem {
	const endUs = Math.max(before.endUs, problem.endUs);
	const asked = before.asked || problem.asked;
	return { ...before, endUs, asked, segments: before.segments + problem.segments };
}

/**
 * A hole that is being filled is still the same one; an end that moves on is another. Who sends
 * something else each time gains no time by it.
 */
function isSame(before: Finding, now: Suspicion): boolean {
	const isThere = before.source === now.source && before.runNo === now.runNo;
	return isThere && before.first <= now.last && before.sinceLast >= now.first;
}
