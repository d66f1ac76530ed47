import type { CameraId } from '#domain/base/ids.ts';
import { minuteOf } from '#domain/footage/index-page.ts';

interface ExpectedRun {
	readonly initBytes: number;
	open: boolean;
	pages: number;
	newest: ExpectedPage | null;
}

interface ExpectedPage {
	readonly run: ExpectedRun;
	readonly pinned: boolean;
	readonly sizes: Map<string, number>;
}

export function nameOf(camera: CameraId, runNo: number, seq: number): string {
	return `${camera} ${String(runNo)} ${String(seq)}`;
}

/**
 * A model of what docs/spec/retention.md (RT1–RT6, RT15) says must be in a store: whole minutes are
 * evicted in the order in which they were begun.
 */
export class Expected {
	/** Sealed bytes: of every row ever written, and of those that must be there. */
	writtenBytes = 0;
	keptBytes = 0;
	segments = 0;
	readonly #runs = new Map<string, ExpectedRun>();
	/** In the order of their first segments. */
	readonly #pages = new Map<string, ExpectedPage>();
	readonly #isPinned: (camera: CameraId, minute: number) => boolean;

	constructor(isPinned: (camera: CameraId, minute: number) => boolean) {
		this.#isPinned = isPinned;
	}

	begin(camera: CameraId, runNo: number, initBytes: number): void {
		this.#runs.set(`${camera} ${String(runNo)}`, { initBytes, open: true, pages: 0, newest: null });
		this.#count(initBytes);
	}

	append(camera: CameraId, runNo: number, seq: number, startUs: number, size: number): void {
		const run = this.#runOf(camera, runNo);
		const minute = minuteOf(startUs);
		const key = `${camera} ${String(runNo)} ${String(minute)}`;
		let page = this.#pages.get(key);
		if (page === undefined) {
			page = { run, pinned: this.#isPinned(camera, minute), sizes: new Map() };
			this.#pages.set(key, page);
			run.pages += 1;
			run.newest = page;
		}
		page.sizes.set(nameOf(camera, runNo, seq), size);
		this.segments += 1;
		this.#count(size);
	}

	close(camera: CameraId, runNo: number): void {
		this.#runOf(camera, runNo).open = false;
	}

	evict(bytes: number, maxPages: number): void {
		let [freed, left] = [0, 0];
		for (const [key, page] of this.#pages) {
			if (freed >= bytes || left >= maxPages) break;
			const { run } = page;
			if (page.pinned || (run.open && run.newest === page)) continue;
			this.#pages.delete(key);
			run.pages -= 1;
			left += 1;
			for (const size of page.sizes.values()) freed += size;
			this.segments -= page.sizes.size;
			if (run.pages === 0) freed += run.initBytes;
		}
		this.keptBytes -= freed;
	}

	/** The segments that must be there, with their sizes. */
	kept(): Map<string, number> {
		return new Map([...this.#pages.values()].flatMap(({ sizes }) => [...sizes]));
	}

	#count(bytes: number): void {
		this.writtenBytes += bytes;
		this.keptBytes += bytes;
	}

	#runOf(camera: CameraId, runNo: number): ExpectedRun {
		const run = this.#runs.get(`${camera} ${String(runNo)}`);
		if (run === undefined) throw new Error('call begin first');
		return run;
	}
}
