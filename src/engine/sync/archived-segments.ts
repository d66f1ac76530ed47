import type { ArchivedPages, FootageArchive } from '#ports/footage/footage-archive.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Run } from '#domain/footage/run.ts';
import { holdsSeq, united, withSeqs, type SeqRange } from '#domain/sync/seq-ranges.ts';

export interface RunMinute {
	readonly runNo: number;
	readonly minute: number;
}

type Known = RunMinute & { readonly ranges: readonly SeqRange[] };

/** A run record that the archive took. */
export interface SentRunRecord {
	readonly ended: Run['ended'];
	readonly wallMs: number;
}

/**
 * What an archive acknowledged of one camera. Asked for, never stored here: the archive knows best,
 * and may have been wiped.
 */
export class ArchivedSegments {
	readonly #archive: Pick<FootageArchive, 'have'>;
	readonly #camera: CameraId;
	#store: string | null = null;
	#since = 0;
	/** By run and minute. */
	readonly #pages = new Map<number, Map<number, readonly SeqRange[]>>();
	/** What it had, and does not want again. */
	readonly #withdrawn = new Map<number, Map<number, readonly SeqRange[]>>();
	/** Runs whose init section it was sent since the page was opened. */
	readonly #inits = new Set<number>();
	/** Runs of which it has segments, but no init section. */
	readonly #withoutInit = new Set<number>();
	/** Kept since it was asked: its answer may be older. */
	readonly #meanwhile: (RunMinute & { readonly segments: readonly number[] })[] = [];
	readonly #runRecords = new Map<number, SentRunRecord>();

	constructor(archive: Pick<FootageArchive, 'have'>, camera: CameraId) {
		this.#archive = archive;
		this.#camera = camera;
	}

	/** Its store's id; `null`: not asked yet. */
	get store(): string | null {
		return this.#store;
	}

	/** Asks for what changed; returns pages of which something is lost. Throws as `have` does. */
	async refresh(): Promise<readonly RunMinute[]> {
		const known = new Map<string, Known>();
		this.#meanwhile.length = 0;
		for (;;) {
			const answer = await this.#archive.have(this.#camera, this.#since);
			if (answer.store !== this.#store) {
				const isOther = this.#store !== null;
				this.#forget(answer.store);
				known.clear();
				// Numbers of changes mean something else there.
				if (isOther) continue;
			}
			this.#take(answer, known);
			if (!answer.more) break;
		}
		for (const { runNo, minute, segments } of this.#meanwhile) this.#add(runNo, minute, segments);
		return [...known.values()].filter(({ runNo, minute, ranges }) => {
			const now = this.#settled(runNo, minute);
			return !ranges.every(([first, last]) =>
				now.some(([from, to]) => from <= first && last <= to),
			);
		});
	}

	/** Notes what an upload kept; `false`: it is another store, so ask again. */
	kept(store: string, runNo: number, minute: number, seqs: readonly number[]): boolean {
		if (store !== this.#store) return false;
		if (seqs.includes(0)) {
			this.#inits.add(runNo);
			this.#withoutInit.delete(runNo);
		}
		const segments = seqs.filter((seq) => seq > 0);
		if (segments.length === 0) return true;
		this.#add(runNo, minute, segments);
		this.#meanwhile.push({ runNo, minute, segments });
		return true;
	}

	/** Whether it has anything of a minute. */
	hasMinute(minute: number): boolean {
		return [...this.#pages.values()].some((minutes) => minutes.has(minute));
	}

	/** The oldest minute of which it has anything; `null`: it has none. */
	get oldestMinute(): number | null {
		let oldest = Infinity;
		for (const minutes of this.#pages.values())
			for (const minute of minutes.keys()) oldest = Math.min(oldest, minute);
		return oldest === Infinity ? null : oldest;
	}

	has(runNo: number, minute: number, seq: number): boolean {
		return holdsSeq(this.#page(runNo, minute) ?? [], seq);
	}

	/** Whether it need not be sent: it is there, or was and is not wanted again. */
	isSettled(runNo: number, minute: number, seq: number): boolean {
		return holdsSeq(this.#settled(runNo, minute), seq);
	}

	/**
	 * Whether all of a minute is surely there now, or is not wanted again, without a look at what is
	 * here: its neighbours go on where it ends.
	 */
	isWhole(run: Pick<Run, 'runNo' | 'firstSeq' | 'lastSeq'>, minute: number): boolean {
		const [range, ...more] = this.#settled(run.runNo, minute);
		if (range === undefined || more.length > 0) return false;
		const [first, last] = range;
		const begins = first <= run.firstSeq || this.isSettled(run.runNo, minute - 1, first - 1);
		const ends = last === run.lastSeq || this.isSettled(run.runNo, minute + 1, last + 1);
		return begins && ends;
	}

	/** Pages of it that hold something, in no order. */
	pages(): readonly (RunMinute & { readonly seqs: SeqRange })[] {
		return [...this.#pages].flatMap(([runNo, minutes]) =>
			[...minutes].flatMap(([minute, ranges]) =>
				ranges.map((seqs) => ({ ...{ runNo, minute }, seqs })),
			),
		);
	}

	/** The newest segment of it, by number, never by a clock; `null`: it has none. */
	get newest(): { readonly runNo: number; readonly seq: number } | null {
		const numbers = [...this.#pages].flatMap(([runNo, minutes]) => (minutes.size > 0 ? runNo : []));
		const runNo = Math.max(...numbers);
		const ends = [...(this.#pages.get(runNo)?.values() ?? [])].map((one) => one.at(-1)?.[1] ?? 0);
		return ends.length === 0 ? null : { runNo, seq: Math.max(...ends) };
	}

	/** Whether its init section was sent to this store since the page was opened. */
	hasInit(runNo: number): boolean {
		return this.#inits.has(runNo);
	}

	/** Whether it has segments of that run, but not its init section. */
	lacksInit(runNo: number): boolean {
		return this.#withoutInit.has(runNo);
	}

	/** It was sent, or cannot be: not again before the archive says that it is missing. */
	noteInitTried(runNo: number): void {
		this.#withoutInit.delete(runNo);
	}

	/** The newest one that this store took since the page was opened. */
	runRecord(runNo: number): SentRunRecord | null {
		return this.#runRecords.get(runNo) ?? null;
	}

	noteRunRecord(runNo: number, sent: SentRunRecord): void {
		this.#runRecords.set(runNo, sent);
	}

	/** It said it has that page, and does not: all of it counts as missing. */
	forgetPage(runNo: number, minute: number): void {
		this.#pages.get(runNo)?.delete(minute);
		this.#inits.delete(runNo);
	}

	/** Whether anything of a run is there. */
	hasAnyOf(runNo: number): boolean {
		return (this.#pages.get(runNo)?.size ?? 0) > 0;
	}

	#add(runNo: number, minute: number, segments: readonly number[]): void {
		const ranges = this.#page(runNo, minute) ?? [];
		put(this.#pages, runNo, minute, withSeqs(ranges, segments));
	}

	#page(runNo: number, minute: number): readonly SeqRange[] | undefined {
		return this.#pages.get(runNo)?.get(minute);
	}

	#settled(runNo: number, minute: number): readonly SeqRange[] {
		const there = this.#page(runNo, minute) ?? [];
		const withdrawn = this.#withdrawn.get(runNo)?.get(minute);
		return withdrawn === undefined ? there : united([...there, ...withdrawn]);
	}

	#forget(store: string): void {
		this.#store = store;
		this.#since = 0;
		this.#pages.clear();
		this.#withdrawn.clear();
		this.#withoutInit.clear();
		this.#inits.clear();
		this.#runRecords.clear();
	}

	/** `known`: filled with what was there before. */
	#take({ pages, withoutInit }: ArchivedPages, known: Map<string, Known>): void {
		for (const { runNo, minute, change, seqs, withdrawn } of pages) {
			const name = `${String(runNo)} ${String(minute)}`;
			const ranges = this.#page(runNo, minute) ?? [];
			if (!known.has(name)) known.set(name, { runNo, minute, ranges });
			if (seqs.length > 0) put(this.#pages, runNo, minute, united(seqs));
			else this.#pages.get(runNo)?.delete(minute);
			if (withdrawn.length > 0) put(this.#withdrawn, runNo, minute, withdrawn);
			else this.#withdrawn.get(runNo)?.delete(minute);
			this.#since = Math.max(this.#since, change);
		}
		this.#withoutInit.clear();
		for (const runNo of withoutInit) {
			this.#inits.delete(runNo);
			this.#withoutInit.add(runNo);
		}
	}
}

function put(
	pages: Map<number, Map<number, readonly SeqRange[]>>,
	runNo: number,
	minute: number,
	ranges: readonly SeqRange[],
): void {
	const minutes = pages.get(runNo) ?? new Map<number, readonly SeqRange[]>();
	minutes.set(minute, ranges);
	pages.set(runNo, minutes);
}
