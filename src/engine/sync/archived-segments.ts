import type { ArchivedPages, FootageArchive } from '#ports/footage/footage-archive.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Run } from '#domain/footage/run.ts';

type Range = readonly [number, number];

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
	readonly #pages = new Map<number, Map<number, readonly Range[]>>();
	/** Runs whose init section it was sent since the page was opened. */
	readonly #inits = new Set<number>();
	readonly #runRecords = new Map<number, SentRunRecord>();

	constructor(archive: Pick<FootageArchive, 'have'>, camera: CameraId) {
		this.#archive = archive;
		this.#camera = camera;
	}

	/** Its store's id; `null`: not asked yet. */
	get store(): string | null {
		return this.#store;
	}

	/** Asks for what changed. Throws as `FootageArchive` does. */
	async refresh(): Promise<void> {
		for (;;) {
			const answer = await this.#archive.have(this.#camera, this.#since);
			if (answer.store !== this.#store) {
				const known = this.#store !== null;
				this.#forget(answer.store);
				// Numbers of changes mean something else there.
				if (known) continue;
			}
			this.#take(answer);
			if (!answer.more) return;
		}
	}

	/** Notes what an upload kept; `false`: it is another store, so ask again. */
	kept(store: string, runNo: number, minute: number, seqs: readonly number[]): boolean {
		if (store !== this.#store) return false;
		if (seqs.includes(0)) this.#inits.add(runNo);
		const segments = seqs.filter((seq) => seq > 0);
		if (segments.length === 0) return true;
		const ranges = this.#page(runNo, minute) ?? [];
		this.#put(runNo, minute, withSeqs(ranges, segments));
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
		return holds(this.#page(runNo, minute) ?? [], seq);
	}

	/**
	 * Whether all of a minute is surely there now, without a look at what is here: its neighbours go
	 * on where it ends.
	 */
	isWhole(run: Pick<Run, 'runNo' | 'firstSeq' | 'lastSeq'>, minute: number): boolean {
		const [range, ...more] = this.#page(run.runNo, minute) ?? [];
		if (range === undefined || more.length > 0) return false;
		const [first, last] = range;
		const begins = first <= run.firstSeq || this.has(run.runNo, minute - 1, first - 1);
		const ends = last === run.lastSeq || this.has(run.runNo, minute + 1, last + 1);
		return begins && ends;
	}

	/** Pages of it that hold something, in no order. */
	pages(): readonly { readonly runNo: number; readonly minute: number; readonly seqs: Range }[] {
		return [...this.#pages].flatMap(([runNo, minutes]) =>
			[...minutes].flatMap(([minute, ranges]) =>
				ranges.map((seqs) => ({ ...{ runNo, minute }, seqs })),
			),
		);
	}

	/** Whether its init section was sent to this store since the page was opened. */
	hasInit(runNo: number): boolean {
		return this.#inits.has(runNo);
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

	#page(runNo: number, minute: number): readonly Range[] | undefined {
		return this.#pages.get(runNo)?.get(minute);
	}

	#put(runNo: number, minute: number, ranges: readonly Range[]): void {
		const minutes = this.#pages.get(runNo) ?? new Map<number, readonly Range[]>();
		minutes.set(minute, ranges);
		this.#pages.set(runNo, minutes);
	}

	#forget(store: string): void {
		this.#store = store;
		this.#since = 0;
		this.#pages.clear();
		this.#inits.clear();
		this.#runRecords.clear();
	}

	#take({ pages }: ArchivedPages): void {
		for (const { runNo, minute, change, seqs } of pages) {
			this.#put(runNo, minute, seqs);
			this.#since = Math.max(this.#since, change);
		}
	}
}

function holds(ranges: readonly Range[], seq: number): boolean {
	return ranges.some(([first, last]) => first <= seq && seq <= last);
}

function withSeqs(ranges: readonly Range[], seqs: readonly number[]): readonly Range[] {
	const all = [...ranges, ...seqs.map((seq): Range => [seq, seq])].sort((a, b) => a[0] - b[0]);
	const merged: [number, number][] = [];
	for (const [first, last] of all) {
		const before = merged.at(-1);
		if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last);
		else merged.push([first, last]);
	}
	return merged;
}
