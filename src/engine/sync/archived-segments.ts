import type { ArchivedPages, FootageArchive } from '#ports/footage/footage-archive.ts';
import type { CameraId } from '#domain/base/ids.ts';

type Range = readonly [number, number];

/**
 * What an archive acknowledged of one camera. Asked for, never stored here: the archive knows best,
 * and may have been wiped.
 */
export class ArchivedSegments {
	readonly #archive: Pick<FootageArchive, 'have'>;
	readonly #camera: CameraId;
	#store: string | null = null;
	#since = 0;
	#pages = new Map<string, readonly Range[]>();
	/** Runs whose init section and run record it has, by number. */
	readonly #runs = new Set<number>();

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
		const key = keyOf(runNo, minute);
		const ranges = this.#pages.get(key) ?? [];
		this.#pages.set(key, withSeqs(ranges, seqs));
		return true;
	}

	has(runNo: number, minute: number, seq: number): boolean {
		const ranges = this.#pages.get(keyOf(runNo, minute)) ?? [];
		return ranges.some(([first, last]) => first <= seq && seq <= last);
	}

	/** Whether its init section was sent to this store since the page was opened. */
	hasRun(runNo: number): boolean {
		return this.#runs.has(runNo);
	}

	noteRun(runNo: number): void {
		this.#runs.add(runNo);
	}

	#forget(store: string): void {
		this.#store = store;
		this.#since = 0;
		this.#pages = new Map();
		this.#runs.clear();
	}

	#take({ pages }: ArchivedPages): void {
		for (const { runNo, minute, change, seqs } of pages) {
			this.#pages.set(keyOf(runNo, minute), seqs);
			this.#since = Math.max(this.#since, change);
		}
	}
}

function keyOf(runNo: number, minute: number): string {
	return `${String(runNo)} ${String(minute)}`;
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
