import type { CameraId, HomeId } from '#domain/base/ids.ts';
import type { SeqRange } from '#domain/sync/seq-ranges.ts';
import { newStoreId, type FootageIndex } from './footage-index.ts';
import type { IndexDatabase } from './index-database.ts';
import {
	COLUMNS,
	LeavingQueue,
	pageOf,
	type KeptMinute,
	type LeavingCamera,
} from './leaving-queue.ts';
import type { PackKey } from './pack-folder.ts';

export interface CameraUse {
	readonly home: HomeId;
	readonly camera: CameraId;
	readonly bytes: number;
	/** End of its newest minute by its own clock; `null`: none is left. */
	readonly newestMs: number | null;
}

export interface ReleasedPages {
	/** Packs to delete, those of runs of which nothing is left included. */
	readonly packs: readonly PackKey[];
	readonly bytes: number;
}

const RUN_PACK = -1;
const MINUTE_MS = 60_000;
const ONE_DOOMED = 'FROM doomed WHERE home = ? AND camera = ? AND runNo = ? AND minute = ?';

/**
 * Which footage leaves the index, and in which order. What leaves is noted as doomed in the same
 * transaction, until its pack is deleted: so no pack is ever deleted because the index does not
 * know it (RS9).
 */
export class IndexRetention {
	readonly #index: FootageIndex;
	readonly #database: IndexDatabase;

	constructor(index: FootageIndex) {
		this.#index = index;
		this.#database = index.database;
	}

	/** Bytes of each home that has a camera here. */
	homes(): Map<HomeId, number> {
		const rows = this.#database.all('SELECT home, sum(bytes) AS bytes FROM cameras GROUP BY home');
		return new Map(rows.map((row) => [String(row['home']) as HomeId, Number(row['bytes'])]));
	}

	/** Of a home, or of all. */
	cameras(home?: HomeId): CameraUse[] {
		const which = home === undefined ? '' : 'WHERE home = ?';
		return this.#database
			.all(
				`SELECT home, camera, bytes, (
						SELECT minute FROM pages WHERE pages.camera = cameras.id
						ORDER BY runNo DESC, lastSeq DESC LIMIT 1
					) AS newest FROM cameras ${which} ORDER BY home, camera`,
				...(home === undefined ? [] : [home]),
			)
			.map((row) => ({
				...{ home: String(row['home']) as HomeId, camera: String(row['camera']) as CameraId },
				bytes: Number(row['bytes']),
				newestMs: row['newest'] === null ? null : (Number(row['newest']) + 1) * MINUTE_MS,
			}));
	}

	/** The oldest page of a camera, in the order in which it recorded. */
	oldest(home: HomeId, camera: CameraId): KeptMinute | null {
		const row = this.#database.get(
			`SELECT ${COLUMNS} FROM pages
				WHERE camera = (SELECT id FROM cameras WHERE home = ? AND camera = ?)
				ORDER BY runNo, lastSeq LIMIT 1`,
			...[home, camera],
		);
		return row === undefined ? null : pageOf({ home, camera }, row);
	}

	/**
	 * The pages of a home that leave next, up to so many and so many bytes. Of which camera: whose
	 * footage began to come first. Which of it: the oldest in the order in which it recorded, by
	 * numbers and never by a clock. Pinned ones come when nothing else is left; the newest of each
	 * camera never.
	 */
	leavingNext(
		home: HomeId,
		limits: { readonly pages: number; readonly bytes: number },
		isPinned: (page: KeptMinute) => boolean,
	): KeptMinute[] {
		const leaving: KeptMinute[] = [];
		for (const pinned of [false, true]) {
			const queues = this.#camerasOf(home).map(
				(of) => new LeavingQueue(this.#database, of, (page) => isPinned(page) === pinned),
			);
			let bytes = 0;
			while (leaving.length < limits.pages && bytes < limits.bytes) {
				const next = queues.reduce<LeavingQueue | null>(
					(first, one) => (one.age < (first?.age ?? Infinity) ? one : first),
					null,
				);
				if (!next?.page) break;
				bytes += next.page.bytes;
				leaving.push(next.page);
				next.take();
			}
			if (leaving.length > 0) break;
		}
		return leaving;
	}

	/** Takes pages out of the index, with runs of which none is left and that may not go on. */
	release(
		pages: readonly Pick<KeptMinute, 'home' | 'camera' | 'runNo' | 'minute'>[],
	): ReleasedPages {
		return this.#database.transaction(() => {
			const packs: PackKey[] = [];
			let bytes = 0;
			const change = this.#index.nextChange();
			for (const { home, camera, runNo, minute } of pages) {
				const row = this.#database.get(
					`DELETE FROM pages WHERE minute = ? AND runNo = ? AND camera =
						(SELECT id FROM cameras WHERE home = ? AND camera = ?)
						RETURNING camera, bytes, firstSeq, lastSeq`,
					...[minute, runNo, home, camera],
				);
				if (row === undefined) continue;
				const id = Number(row['camera']);
				const seqs: SeqRange = [Number(row['firstSeq']), Number(row['lastSeq'])];
				this.#index.withdrawn.note({ camera: id, runNo, minute }, [seqs], change);
				packs.push({ home, camera, runNo, minute });
				let gone = Number(row['bytes']);
				const init = this.#emptyRun(id, runNo);
				if (init !== null) packs.push({ home, camera, runNo, minute: null });
				gone += init ?? 0;
				bytes += gone;
				this.#database.run('UPDATE cameras SET bytes = bytes - ? WHERE id = ?', gone, id);
				this.#database.run(
					`DELETE FROM cameras WHERE id = ?
						AND NOT EXISTS (SELECT 1 FROM pages WHERE camera = cameras.id)
						AND NOT EXISTS (SELECT 1 FROM withdrawn WHERE camera = cameras.id)
						AND NOT EXISTS (SELECT 1 FROM runs WHERE camera = cameras.id)`,
					id,
				);
			}
			for (const { home, camera, runNo, minute } of packs)
				this.#database.run(
					'INSERT OR IGNORE INTO doomed VALUES (?, ?, ?, ?)',
					...[home, camera, runNo, minute ?? RUN_PACK],
				);
			return { packs, bytes };
		});
	}

	/** Takes a whole home out. */
	releaseHome(home: HomeId): ReleasedPages {
		return this.#database.transaction(() => {
			const packs: PackKey[] = [];
			let bytes = 0;
			for (const { camera, bytes: held } of this.cameras(home)) {
				const id = Number(
					this.#database.get(
						'SELECT id FROM cameras WHERE home = ? AND camera = ?',
						...[home, camera],
					)?.['id'],
				);
				const pages = this.#database.all('SELECT runNo, minute FROM pages WHERE camera = ?', id);
				const runs = this.#database.all('SELECT runNo FROM runs WHERE camera = ?', id);
				for (const row of [...pages, ...runs]) {
					const minute = row['minute'] === undefined ? null : Number(row['minute']);
					packs.push({ home, camera, runNo: Number(row['runNo']), minute });
				}
				bytes += held;
				for (const table of ['pages', 'runs', 'withdrawn'])
					this.#database.run(`DELETE FROM ${table} WHERE camera = ?`, id);
				this.#database.run('DELETE FROM cameras WHERE id = ?', id);
			}
			for (const { camera, runNo, minute } of packs)
				this.#database.run(
					'INSERT OR IGNORE INTO doomed VALUES (?, ?, ?, ?)',
					...[home, camera, runNo, minute ?? RUN_PACK],
				);
			return { packs, bytes };
		});
	}

	/** Packs that the index let go and whose deletion was not confirmed. */
	doomed(limit: number): PackKey[] {
		return this.#database.all('SELECT * FROM doomed LIMIT ?', limit).map((row) => ({
			...{ home: String(row['home']) as HomeId, camera: String(row['camera']) as CameraId },
			runNo: Number(row['runNo']),
			minute: Number(row['minute']) === RUN_PACK ? null : Number(row['minute']),
		}));
	}

	/** Their packs are deleted. */
	confirm(packs: readonly PackKey[]): void {
		this.#database.transaction(() => {
			for (const { home, camera, runNo, minute } of packs)
				this.#database.run(`DELETE ${ONE_DOOMED}`, home, camera, runNo, minute ?? RUN_PACK);
		});
	}

	/** What was doomed stays. */
	spareAll(): void {
		this.#database.run('DELETE FROM doomed');
	}

	isDoomed({ home, camera, runNo, minute }: PackKey): boolean {
		const values = [home, camera, runNo, minute ?? RUN_PACK];
		return this.#database.get(`SELECT 1 ${ONE_DOOMED}`, ...values) !== undefined;
	}

	/** Makes it another store: its cameras ask anew for what it has (SY10). */
	renewStoreId(): void {
		this.#database.run('UPDATE store SET id = ?', newStoreId());
	}

	/** The bytes of its init section if nothing is left of a run that is not the newest. */
	#emptyRun(camera: number, runNo: number): number | null {
		const row = this.#database.get(
			`DELETE FROM runs WHERE camera = ? AND runNo = ?
				AND NOT EXISTS (SELECT 1 FROM pages WHERE camera = runs.camera AND runNo = runs.runNo)
				AND EXISTS (SELECT 1 FROM runs AS later
					WHERE later.camera = runs.camera AND later.runNo > runs.runNo)
				RETURNING initBytes`,
			...[camera, runNo],
		);
		return row === undefined ? null : Number(row['initBytes']);
	}

	#camerasOf(home: HomeId): LeavingCamera[] {
		const rows = this.#database.all('SELECT id, camera FROM cameras WHERE home = ?', home);
		return rows.map((row) => ({
			...{ home, id: Number(row['id']), camera: String(row['camera']) as CameraId },
		}));
	}
}
