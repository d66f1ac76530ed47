import type { Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { minuteOf } from '#domain/footage/index-page.ts';
import { parseSegmentRecord, segmentRecordLength } from '#domain/sync/segment-record.ts';
import type {
	ArchivedPages,
	ArchiveResult,
	FootageArchive,
} from '#ports/footage/footage-archive.ts';

interface Page {
	readonly camera: CameraId;
	readonly runNo: number;
	readonly minute: number;
	readonly seqs: Set<number>;
	change: number;
}

/** Keeps everything, in memory; full, away or wiped on demand. */
export class FakeFootageArchive implements FootageArchive {
	away = false;
	full = false;
	/** Every segment sent, in order. */
	readonly sent: { readonly runNo: number; readonly minute: number; readonly seq: number }[] = [];
	#store = 'store-1';
	#change = 0;
	#pages: Page[] = [];

	wipe(): void {
		this.#store += '+';
		this.#change = 0;
		this.#pages = [];
	}

	have(camera: CameraId, since: number): Promise<ArchivedPages> {
		if (this.away) return Promise.reject(new Fault('offline', 'the relay is away'));
		const pages = this.#pages.filter((page) => page.camera === camera && page.change > since);
		return Promise.resolve({
			...{ store: this.#store, more: false },
			pages: pages.map(({ runNo, minute, change, seqs }) => ({
				...{ runNo, minute, change },
				seqs: [...seqs].sort((a, b) => a - b).map((seq) => [seq, seq] as const),
			})),
		});
	}

	put(
		camera: CameraId,
		runNo: number,
		runRecord: Bytes | null,
		records: Bytes,
	): Promise<ArchiveResult> {
		if (this.away) return Promise.reject(new Fault('offline', 'the relay is away'));
		if (runRecord === null) return Promise.reject(new Fault('malformed', 'no run record'));
		const kept: number[] = [];
		const refused: { seq: number; why: 'full' }[] = [];
		for (let at = 0; at < records.length;) {
			const end = at + (segmentRecordLength(records, at) ?? 0);
			const { entry } = parseSegmentRecord(records.subarray(at, end));
			at = end;
			const seq = entry?.seq ?? 0;
			if (this.full) {
				refused.push({ seq, why: 'full' });
				continue;
			}
			kept.push(seq);
			if (entry !== null) this.#keep(camera, runNo, minuteOf(entry.startUs), seq);
		}
		return Promise.resolve({ store: this.#store, kept, refused });
	}

	#keep(camera: CameraId, runNo: number, minute: number, seq: number): void {
		this.sent.push({ runNo, minute, seq });
		const same = (page: Page): boolean =>
			page.camera === camera && page.runNo === runNo && page.minute === minute;
		let page = this.#pages.find(same);
		if (page === undefined) {
			page = { camera, runNo, minute, seqs: new Set(), change: 0 };
			this.#pages.push(page);
		}
		page.seqs.add(seq);
		this.#change += 1;
		page.change = this.#change;
	}
}
