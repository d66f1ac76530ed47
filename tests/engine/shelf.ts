import type { CameraId } from '#domain/ids.ts';
import type { Run, RunEnd, RunStart } from '#domain/run.ts';
import type { SealedSegment, Segment, StoredBytes } from '#domain/segment.ts';
import type { Evicted, Segments } from '#ports/segments.ts';
import { rowOf } from './sealing.ts';

/** Just enough of a store to keep sealed runs in order; what a store promises is proven elsewhere. */
export class Shelf implements Segments {
	readonly #runs: Run[] = [];
	readonly #rows: Segment[] = [];
	readonly #bytes = new Map<number, StoredBytes>();

	begin(start: RunStart, init: StoredBytes): Promise<Run> {
		const initPlace = this.#put(init);
		const { anchorUs } = start;
		const bytes = init.bytes.length;
		const span = { startUs: anchorUs, endUs: anchorUs, firstSeq: 1, lastSeq: 0 };
		return this.#keep({ ...start, ...span, bytes, initPlace, holes: [], ended: null });
	}

	append(camera: CameraId, runNo: number, sealed: SealedSegment): Promise<Run> {
		const run = this.#find(camera, runNo);
		this.#rows.push({ ...rowOf(run, sealed), place: this.#put(sealed) });
		const endUs = sealed.startUs + sealed.durationUs;
		const bytes = run.bytes + sealed.bytes.length;
		return this.#keep({ ...run, endUs, lastSeq: sealed.seq, bytes });
	}

	async close(camera: CameraId, runNo: number, ended: RunEnd): Promise<void> {
		await this.#keep({ ...this.#find(camera, runNo), ended });
	}

	cameras(): Promise<CameraId[]> {
		return Promise.resolve([...new Set(this.#runs.map(({ camera }) => camera))]);
	}

	runs(camera: CameraId): Promise<Run[]> {
		return Promise.resolve(this.#runs.filter((run) => run.camera === camera));
	}

	lastRun(camera: CameraId): Promise<Run | null> {
		return Promise.resolve(this.#runs.findLast((run) => run.camera === camera) ?? null);
	}

	between(camera: CameraId, fromUs: number, toUs: number): Promise<Segment[]> {
		const touches = ({ startUs, durationUs }: Segment) =>
			startUs < toUs && startUs + durationUs > fromUs;
		return Promise.resolve(this.#rows.filter((row) => row.camera === camera && touches(row)));
	}

	at(): Promise<Segment | null> {
		return Promise.reject(new Error('not on this shelf'));
	}

	read(place: number): Promise<StoredBytes | null> {
		return Promise.resolve(this.#bytes.get(place) ?? null);
	}

	quarantine(): Promise<void> {
		return Promise.reject(new Error('not on this shelf'));
	}

	usedBytes(): Promise<number> {
		return Promise.resolve(this.#runs.reduce((sum, { bytes }) => sum + bytes, 0));
	}

	evict(): Promise<Evicted> {
		const segments = this.#rows.length;
		this.#rows.length = 0;
		this.#runs.length = 0;
		return Promise.resolve({ segments, bytes: 0, span: null });
	}

	watch(): () => void {
		return () => undefined;
	}

	damagedRows(): number {
		return 0;
	}

	dispose(): void {
		this.#bytes.clear();
	}

	#put({ bytes, head }: StoredBytes): number {
		this.#bytes.set(this.#bytes.size + 1, { bytes, head });
		return this.#bytes.size;
	}

	#find(camera: CameraId, runNo: number): Run {
		const found = this.#runs.find((run) => run.camera === camera && run.runNo === runNo);
		if (found === undefined) throw new Error(`no run ${runNo}`);
		return found;
	}

	#keep(run: Run): Promise<Run> {
		const place = this.#runs.findIndex(({ runId }) => runId === run.runId);
		if (place === -1) this.#runs.push(run);
		else this.#runs[place] = run;
		return Promise.resolve(run);
	}
}
