import type { Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { minuteOf } from '#domain/footage/index-page.ts';
import { withSeqs, type SeqRange } from '#domain/sync/seq-ranges.ts';
import { parseSegmentRecord, segmentRecordLength } from '#domain/sync/segment-record.ts';
import type {
	ArchivedPages,
	ArchiveRefusal,
	ArchiveResult,
	FootageArchive,
} from '#ports/footage/footage-archive.ts';

interface Page {
	readonly camera: CameraId;
	readonly runNo: number;
	readonly minute: number;
	readonly records: Map<number, Bytes>;
	change: number;
	withdrawn: readonly SeqRange[];
}

/** Keeps everything, in memory; full, away or wiped on demand. */
export class FakeFootageArchive implements FootageArchive {
	away = false;
	full = false;
	/** Every segment sent, in order. */
	readonly sent: { readonly runNo: number; readonly minute: number; readonly seq: number }[] = [];
	/** Every run record sent, in order. */
	readonly runRecords: { readonly runNo: number; readonly bytes: Bytes }[] = [];
	/** Has no room for minutes before this one. */
	roomFrom = 0;
	/** Segments that it refuses. */
	readonly invalid = new Set<number>();
	/** Requests under way, and the most there were at once. */
	underWay = 0;
	mostUnderWay = 0;
	/** Resolves when an upload may be answered. */
	answers: () => Promise<void> = () => Promise.resolve();
	#store = 'store-1';
	#change = 0;
	#pages: Page[] = [];
	readonly #withoutInit = new Set<number>();

	wipe(): void {
		this.#store += '+';
		this.#change = 0;
		this.#pages = [];
	}

	have(camera: CameraId, since: number): Promise<ArchivedPages> {
		if (this.away) return Promise.reject(new Fault('offline', 'the relay is away'));
		const pages = this.#pages.filter((page) => page.camera === camera && page.change > since);
		return Promise.resolve({
			...{ store: this.#store, more: false, withoutInit: [...this.#withoutInit] },
			pages: pages.map(({ runNo, minute, change, records, withdrawn }) => ({
				...{ runNo, minute, change, withdrawn },
				seqs: [...records.keys()].sort((a, b) => a - b).map((seq) => [seq, seq] as const),
			})),
		});
	}

	async put(
		camera: CameraId,
		runNo: number,
		runRecord: Bytes | null,
		records: Bytes,
	): Promise<ArchiveResult> {
		this.underWay += 1;
		this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
		await this.answers();
		this.underWay -= 1;
		if (this.away) throw new Fault('offline', 'the relay is away');
		if (runRecord !== null) this.runRecords.push({ runNo, bytes: runRecord });
		else if (!this.runRecords.some((one) => one.runNo === runNo))
			throw new Fault('malformed', 'no run record');
		const kept: number[] = [];
		const refused: { seq: number; why: ArchiveRefusal }[] = [];
		for (let at = 0; at < records.length;) {
			const end = at + (segmentRecordLength(records, at) ?? 0);
			const record = records.slice(at, end);
			const { entry } = parseSegmentRecord(record);
			at = end;
			const seq = entry?.seq ?? 0;
			const minute = entry === null ? Infinity : minuteOf(entry.startUs);
			if (this.full || minute < this.roomFrom) refused.push({ seq, why: 'full' });
			else if (this.invalid.has(seq)) refused.push({ seq, why: 'invalid' });
			else {
				kept.push(seq);
				if (entry === null) this.#withoutInit.delete(runNo);
				else this.#keep({ camera, runNo, minute }, seq, record);
			}
		}
		return { store: this.#store, kept, refused };
	}

	read(camera: CameraId, runNo: number, seq: number): Promise<Bytes | null> {
		if (this.away) return Promise.reject(new Fault('offline', 'the relay is away'));
		const page = this.#pages.find(
			(one) => one.camera === camera && one.runNo === runNo && one.records.has(seq),
		);
		return Promise.resolve(page?.records.get(seq) ?? null);
	}

	/** Takes out a minute, and tells: damaged, or `forGood`. */
	takeOut(minute: number, forGood: boolean): void {
		for (const page of this.#pages.filter((one) => one.minute === minute)) {
			if (forGood) page.withdrawn = withSeqs([], [...page.records.keys()]);
			page.records.clear();
			this.#change += 1;
			page.change = this.#change;
		}
	}

	/** Finds the init section of a run damaged, and tells. */
	loseInit(runNo: number): void {
		this.#withoutInit.add(runNo);
	}

	/** Forgets what it acknowledged, or `changes` its bytes. */
	lose(minute: number, changes = false): void {
		for (const page of this.#pages.filter((one) => one.minute === minute)) {
			for (const [seq, record] of page.records) {
				const other = record.slice();
				other[other.length - 1] = (other.at(-1) ?? 0) ^ 1;
				if (changes) page.records.set(seq, other);
				else page.records.delete(seq);
			}
		}
	}

	#keep(
		{ camera, runNo, minute }: Pick<Page, 'camera' | 'runNo' | 'minute'>,
		seq: number,
		record: Bytes,
	): void {
		this.sent.push({ runNo, minute, seq });
		const same = (page: Page): boolean =>
			page.camera === camera && page.runNo === runNo && page.minute === minute;
		let page = this.#pages.find(same);
		if (page === undefined) {
			page = { camera, runNo, minute, records: new Map(), change: 0, withdrawn: [] };
			this.#pages.push(page);
		}
		page.records.set(seq, record);
		this.#change += 1;
		page.change = this.#change;
	}
}
