import type { Bytes } from '#domain/base/bytes.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { Serial } from '#domain/base/serial.ts';
import type { Head } from '#domain/footage/head.ts';
import { endUsOf, minuteOf, MINUTE_US } from '#domain/footage/index-page.ts';
import type { Origin } from '#domain/footage/origin.ts';
import type { Segment } from '#domain/footage/segment.ts';
import { spansOverlap } from '#domain/footage/span.ts';
import { isBefore } from '#domain/sync/footage-check.ts';
import type { FootageProblem } from '#domain/sync/footage-problem.ts';
import { contradicts, type HeadPin } from '#domain/sync/head-pin.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { FootageReader, ReadablePage, ReadableRun } from '#ports/footage/footage-archive.ts';
import type { VerifyKey } from '#ports/keys/crypto.ts';
import type { HeadPinStore } from '#ports/storage/head-pin-store.ts';
import {
	checkedPages,
	checkedRecords,
	checkedRun,
	type CheckingCrypto,
	type NamedSegments,
	type Window,
} from './checked-answers.ts';
import { FootageFindings, SECOND_LOOK_MS, type Suspicion } from './footage-findings.ts';
import {
	holesInWindow,
	judgeNewest,
	judgeRuns,
	newestOf,
	unexcused,
	type CopyStatus,
	type Excuses,
	type KnownRun,
} from './footage-judge.ts';
import type { FootageProblems } from './footage-problems.ts';
import { SeenCamera, spanOf } from './seen-camera.ts';
import { SeenHeads } from './seen-heads.ts';
import { SignedRemovals, type SignedRemovalsTools } from './signed-removals.ts';

const AGAIN_MS = 60_000;
const MAX_REREAD = 4;
const DAY_MINUTES = 1440;
const LAST_MINUTE = Math.floor(Number.MAX_SAFE_INTEGER / MINUTE_US);
/** How often the newest segment is read only for its head. */
const PROBE_MS = 10 * 60_000;
const MAX_RANGES = 8;
const NUMBERLESS = { first: 0, last: 0, left: false } as const;

type ReadFootage = Pick<FootageReader, 'cameras' | 'runs' | 'pages' | 'records'>;

export interface FootageCheckTools extends Pick<SignedRemovalsTools, 'removerOf'> {
	readonly reader: ReadFootage & Pick<FootageReader, 'spans'>;
	readonly crypto: CheckingCrypto;
	readonly clock: Pick<Clock, 'monotonicMs' | 'after'>;
	readonly pins: HeadPinStore;
	/** Of the device of a camera, present or past. Throws `not-found`. */
	readonly signerOf: (camera: CameraId) => Promise<VerifyKey>;
	/** By its newest `state`; `null`: it is not online, or says nothing. */
	readonly copyOf: (camera: CameraId) => CopyStatus | null;
	/** Which other origins have what that camera kept. */
	readonly originsOf: (camera: CameraId) => readonly Origin[];
	/** Whether its device is online. */
	readonly reaches: (camera: CameraId) => boolean;
	/** Tells a camera which of its segments are not there (SY49). */
	readonly tell: (camera: CameraId, runNo: number, seqs: [number, number][]) => void;
}

/**
 * Reads an archive and holds what it says against what its cameras signed (SY45 to SY49): what does
 * not hold is not passed on, and named, like what is not there although it should be.
 */
export class FootageCheck implements ReadFootage, FootageProblems {
	readonly #tools: FootageCheckTools;
	readonly #seen = new Map<CameraId, SeenCamera>();
	readonly #findings: FootageFindings;
	readonly #heads: SeenHeads;
	readonly #removals: SignedRemovals;
	readonly #judging = new Serial();
	#nextLook: (() => void) | null = null;

	constructor(tools: FootageCheckTools) {
		this.#tools = tools;
		this.#findings = new FootageFindings(tools.clock);
		this.#heads = new SeenHeads(tools.pins);
		this.#removals = new SignedRemovals(tools);
	}

	of(camera: CameraId): readonly FootageProblem[] {
		return this.#findings.of(camera);
	}

	on(listener: () => void): () => void {
		const remove = this.#findings.on(listener);
		this.#planLook();
		return () => {
			remove();
			if (this.#findings.watched) return;
			this.#nextLook?.();
			this.#nextLook = null;
		};
	}

	/** Resolves when all that was answered so far is judged. */
	judged(): Promise<void> {
		return this.#judging.run(() => undefined);
	}

	async cameras(): ReturnType<FootageReader['cameras']> {
		const pins = await this.#heads.all();
		const answer = await this.#tools.reader.cameras();
		const listed = answer.cameras.filter(({ bytes }) => bytes > 0).map(({ camera }) => camera);
		const isHere = new Set(listed);
		for (const pin of pins) {
			const { camera } = pin;
			this.#judge(async () => {
				// Of another home, perhaps.
				if ((await this.#signer(camera)) === null) return;
				const found = isHere.has(camera) ? [] : await this.#allGone(pin);
				this.#note(camera, ({ source }) => source === 'cameras', found);
			});
		}
		return answer;
	}

	async runs(camera: CameraId, from: number, to: number): Promise<readonly ReadableRun[]> {
		const { reader, crypto, copyOf } = this.#tools;
		const signer = await this.#signer(camera);
		if (signer === null) return [];
		const seen = this.#of(camera);
		// As of before it is asked: what comes meanwhile it may not know yet.
		const [pin, copy] = [await this.#heads.of(camera), copyOf(camera)];
		const answer = await reader.runs(camera, from, to);
		const runs: KnownRun[] = [];
		const found: Suspicion[] = [];
		for (const one of answer) {
			const record = await checkedRun(crypto, signer, camera, one);
			const isNew = runs.every(({ runNo }) => runNo !== one.runNo);
			if (record !== null && isNew) runs.push({ ...one, signed: record });
			else found.push(this.#unsigned(camera, one));
		}
		runs.sort((a, b) => a.runNo - b.runNo);
		const isWhole = from <= 0 && to >= LAST_MINUTE;
		seen.noteRuns(runs, isWhole);
		this.#judge(async () => {
			const excuses = this.#excuses(camera, copy);
			found.push(...(await judgeRuns(runs, seen.oldestRunNo, excuses)));
			if (isWhole) found.push(...(await judgeNewest(runs, pin, excuses)));
			const numbers = new Set(answer.map(({ runNo }) => runNo));
			const covers = ({ source, runNo }: Suspicion): boolean =>
				(source === 'runs' && (isWhole || numbers.has(runNo))) || (source === 'newest' && isWhole);
			this.#note(camera, covers, found);
			const newest = newestOf(runs);
			if (newest !== null) await this.#heads.noteRun(camera, newest.signed);
		});
		return runs;
	}

	async pages(camera: CameraId, from: number, to: number): Promise<readonly ReadablePage[]> {
		const { reader, copyOf } = this.#tools;
		const [seen, copy, window] = [this.#of(camera), copyOf(camera), { from, to }];
		const answer = await reader.pages(camera, from, to);
		const { good, named, bad } = checkedPages(camera, answer, window, seen.runs);
		seen.note(window, named);
		this.#judge(async () => {
			const excuses = this.#excuses(camera, copy);
			const found = bad.map((page) => this.#forgedPage(camera, page));
			for (const runNo of seen.runsIn(window, named)) {
				const run = seen.runs.get(runNo) ?? null;
				const segments = await this.#withNeighbours(camera, runNo, run, window, named);
				for (const hole of holesInWindow(segments, run, window))
					found.push(...orNothing(await unexcused('missing', 'pages', hole, excuses)));
			}
			const span = spanOf(window);
			const covers = (one: Suspicion): boolean => one.source === 'pages' && spansOverlap(one, span);
			this.#note(camera, covers, found);
			seen.noteWindow(window, found.length > 0);
			await this.#probe(camera, PROBE_MS);
		});
		return good;
	}

	async records(camera: CameraId, runNo: number, first: number, last: number): Promise<Bytes> {
		const { reader, crypto, copyOf } = this.#tools;
		const signer = await this.#signer(camera);
		if (signer === null) return new Uint8Array();
		const seen = this.#of(camera);
		const [pin, copy] = [await this.#heads.of(camera), copyOf(camera)];
		const asked = {
			...{ camera, runNo, first, last },
			run: seen.runs.get(runNo)?.signed ?? null,
			named: (seq: number) => seen.named(runNo, seq),
			contradicts: (head: Head) => pin !== null && contradicts(pin, head),
			chainOf: (seq: number) => seen.chainOf(runNo, seq),
		};
		const answer = await reader.records(camera, runNo, first, last);
		const { bytes, good, forged, left } = await checkedRecords(crypto, signer, asked, answer);
		for (const { head } of good) seen.noteGood(head);
		const newest = good.at(-1);
		if (newest !== undefined) await this.#heads.noteRecord(camera, newest);
		// Of the rest it may have sent as much as fits.
		const isThere = good.some(({ head }) => head.seq === first) || forged.includes(first);
		const isNamed = first === 0 ? seen.runs.has(runNo) : seen.named(runNo, first) !== null;
		const gone = isThere || !isNamed ? left : [first, ...left];
		this.#judge(async () => {
			const excuses = this.#excuses(camera, copy);
			const found = forged.map((seq) => this.#forged(camera, runNo, seq));
			for (const seq of gone) {
				const hole = { ...seen.spanOf(runNo, seq), runNo, first: seq, last: seq };
				found.push(...orNothing(await unexcused('missing', 'records', hole, excuses)));
			}
			const seqs = new Set([...good.map(({ head }) => head.seq), ...forged, ...gone]);
			const covers = (one: Suspicion): boolean =>
				one.source === 'records' && one.runNo === runNo && seqs.has(one.first);
			this.#note(camera, covers, found);
		});
		return bytes;
	}

	/** A segment of it does not open: if its record held, it is not what its page and entry say. */
	unopened({ camera, runNo, seq }: Pick<Segment, 'camera' | 'runNo' | 'seq'>): void {
		if (this.#of(camera).chainOf(runNo, seq) === null) return;
		this.#judge(() => {
			const covers = (one: Suspicion): boolean =>
				one.source === 'records' && one.runNo === runNo && one.first === seq;
			this.#note(camera, covers, [this.#forged(camera, runNo, seq)]);
		});
	}

	/** A fault there means that nothing was learned. */
	#judge(work: () => Promise<void> | void): void {
		void this.#judging.run(async () => {
			try {
				await work();
			} catch (error) {
				expectFault(error);
			}
		});
	}

	#note(camera: CameraId, covers: (one: Suspicion) => boolean, found: readonly Suspicion[]): void {
		const { clock, reaches, tell } = this.#tools;
		this.#findings.replace(camera, covers, found);
		const seen = this.#of(camera);
		if (reaches(camera) && clock.monotonicMs() - seen.toldMs >= AGAIN_MS) {
			const told = this.#findings.toTell(camera, MAX_RANGES);
			if (told !== null) {
				seen.toldMs = clock.monotonicMs();
				tell(camera, told.runNo, told.seqs);
			}
		}
		this.#planLook();
	}

	#planLook(): void {
		if (this.#nextLook !== null || !this.#findings.watched) return;
		if (this.#findings.cameras.length === 0) return;
		const afterMs = this.#findings.waits ? SECOND_LOOK_MS : AGAIN_MS;
		this.#nextLook = this.#tools.clock.after(afterMs, () => {
			void this.#lookAgain().then(() => {
				this.#nextLook = null;
				this.#planLook();
			});
		});
	}

	async #lookAgain(): Promise<void> {
		for (const camera of this.#findings.cameras) {
			try {
				const found = this.#findings.all(camera);
				const from = (source: Suspicion['source']) => found.filter((one) => one.source === source);
				if (from('cameras').length > 0) await this.cameras();
				if (from('runs').length + from('newest').length > 0)
					await this.runs(camera, 0, LAST_MINUTE);
				if (from('pages').length > 0)
					for (const window of this.#of(camera).windows)
						await this.pages(camera, window.from, window.to);
				for (const { runNo, first } of from('records').slice(0, MAX_REREAD))
					await this.records(camera, runNo, first, first);
			} catch (error) {
				// The archive is away: what is known stays.
				expectFault(error);
			}
		}
		await this.judged();
	}

	#of(camera: CameraId): SeenCamera {
		const seen = this.#seen.get(camera) ?? new SeenCamera();
		this.#seen.set(camera, seen);
		return seen;
	}

	/** `null`: no device of the home, present or past, has that camera. */
	async #signer(camera: CameraId): Promise<VerifyKey | null> {
		try {
			return await this.#tools.signerOf(camera);
		} catch (error) {
			expectFault(error);
			if (error.kind !== 'not-found') throw error;
			return null;
		}
	}

	#excuses(camera: CameraId, copy: CopyStatus | null): Excuses {
		return {
			...{ copy, origins: this.#tools.originsOf(camera) },
			oldest: async () => {
				await this.#probe(camera, AGAIN_MS);
				return (await this.#heads.of(camera))?.oldestKept ?? null;
			},
			removals: () => this.#removals.of(camera),
		};
	}

	/** Reads the newest segment for its head, unless a head that new was seen. */
	async #probe(camera: CameraId, everyMs: number): Promise<void> {
		const seen = this.#of(camera);
		const newest = newestOf([...seen.runs.values()]);
		const pin = await this.#heads.of(camera);
		if (newest === null) return;
		const { runNo, lastSeq: seq } = newest;
		const nowMs = this.#tools.clock.monotonicMs();
		const isKnown = pin !== null && !isBefore(pin, { runNo, seq });
		if (isKnown || nowMs - seen.probedMs < everyMs) return;
		seen.probedMs = nowMs;
		await this.records(camera, runNo, seq, seq);
	}

	/** Of a run that should reach beyond the window, with the segment on the other side of a hole. */
	async #withNeighbours(
		camera: CameraId,
		runNo: number,
		run: KnownRun | null,
		{ from, to }: Window,
		named: NamedSegments,
	): Promise<readonly Segment[]> {
		const inside = named.get(runNo) ?? [];
		if (run === null) return inside;
		const [first, last] = [inside[0], inside.at(-1)];
		const beyond = async (window: Window, pick: 0 | -1): Promise<Segment[]> => {
			const answer = await this.#tools.reader.pages(camera, window.from, window.to);
			const { named: more } = checkedPages(camera, answer, window, this.#of(camera).runs);
			return orNothing(more.get(runNo)?.at(pick) ?? null);
		};
		const begins = first !== undefined && minuteOf(first.startUs) <= from;
		const ends = last !== undefined && minuteOf(endUsOf(last)) >= to;
		const before =
			begins || minuteOf(run.startUs) >= from
				? []
				: await beyond({ from: Math.max(0, from - DAY_MINUTES), to: from - 1 }, -1);
		const after =
			ends || minuteOf(run.endUs) <= to
				? []
				: await beyond({ from: to + 1, to: to + DAY_MINUTES }, 0);
		return [...before, ...inside, ...after];
	}

	/** A run whose record does not hold, or is kept back. */
	#unsigned(camera: CameraId, { runNo, record, startUs, endUs }: ReadableRun): Suspicion {
		const kind = record === null ? 'withheld' : 'forged';
		const span = { startUs, endUs: Math.max(endUs, startUs + 1) };
		const origins = this.#tools.originsOf(camera);
		return { ...NUMBERLESS, ...span, runNo, kind, source: 'runs', origins };
	}

	#forgedPage(camera: CameraId, { runNo, minute }: ReadablePage): Suspicion {
		const span = spanOf({ from: minute, to: minute });
		const origins = this.#tools.originsOf(camera);
		return { ...NUMBERLESS, ...span, runNo, kind: 'forged', source: 'pages', origins };
	}

	#forged(camera: CameraId, runNo: number, seq: number): Suspicion {
		const seen = this.#of(camera);
		const numbers = { runNo, first: seq, last: seq, left: false };
		const origins = this.#tools.originsOf(camera);
		return { ...numbers, ...seen.spanOf(runNo, seq), kind: 'forged', source: 'records', origins };
	}

	/** An archive tells of nothing that it kept of that camera. */
	async #allGone({ camera, runNo, startUs, endUs }: HeadPin): Promise<Suspicion[]> {
		const removals = await this.#removals.of(camera);
		if (removals.some((span) => spansOverlap(span, { startUs, endUs }))) return [];
		const origins = this.#tools.originsOf(camera);
		return [{ ...NUMBERLESS, runNo, startUs, endUs, kind: 'old', source: 'cameras', origins }];
	}
}

function orNothing<T>(one: T | null): T[] {
	return one === null ? [] : [one];
}
