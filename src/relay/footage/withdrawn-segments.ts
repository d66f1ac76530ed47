import type { Bytes } from '#domain/base/bytes.ts';
import type { CameraId, HomeId } from '#domain/base/ids.ts';
import { salvageEntries } from '#domain/footage/index-page.ts';
import { united, withoutSeqs, withSeqs, type SeqRange } from '#domain/sync/seq-ranges.ts';
import type { IndexDatabase } from './index-database.ts';

/** Of one camera: two weeks of minutes. A page that was away for longer is opened anew. */
const KEPT_ROWS = 20_160;

/** Created where they are missing. */
export const WITHDRAWN_TABLES = `
	CREATE INDEX IF NOT EXISTS byChange ON pages (camera, change, runNo, minute);
	CREATE TABLE IF NOT EXISTS withdrawn (
		camera INTEGER NOT NULL REFERENCES cameras, runNo INTEGER NOT NULL, minute INTEGER NOT NULL,
		ranges TEXT NOT NULL, change INTEGER NOT NULL, PRIMARY KEY (camera, runNo, minute)
	) STRICT, WITHOUT ROWID;
	CREATE INDEX IF NOT EXISTS withdrawnByChange ON withdrawn (camera, change);
`;

/** What is asked of every camera every few minutes: no page is read that did not change. */
export const CHANGED = `
	SELECT runNo, minute, change FROM pages WHERE camera = ? AND change > ?
	UNION ALL SELECT runNo, minute, change FROM withdrawn WHERE camera = ? AND change > ?
	ORDER BY change LIMIT ?`;

/** A page as its camera is told of it. */
export interface ChangedPage {
	readonly runNo: number;
	readonly minute: number;
	readonly change: number;
	/** Of what is there. */
	readonly seqs: readonly SeqRange[];
	/** What must not be sent again. */
	readonly withdrawn: readonly SeqRange[];
}

/** A page of the index, by the number of its camera there. */
export interface WithdrawnKey {
	readonly camera: number;
	readonly runNo: number;
	readonly minute: number;
}

/**
 * Pages of which segments left the index, for their cameras (SY18). `ranges` are those that must
 * not be sent again: retention or a person took them. What else is missing was damaged or lost.
 */
export class WithdrawnSegments {
	readonly #database: IndexDatabase;

	constructor(database: IndexDatabase) {
		this.#database = database;
	}

	/** Adds to what was noted of that page. Call it in the transaction of the withdrawal. */
	note(key: WithdrawnKey, ranges: readonly SeqRange[], change: number): void {
		this.#write(key, united([...this.ranges(key), ...ranges]), change);
	}

	/**
	 * Pages of a camera that were written, or of which something left, after `since`, the oldest
	 * change first. `more`: there are more than `limit`.
	 */
	changed(
		home: HomeId,
		camera: CameraId,
		since: number,
		limit: number,
	): { readonly pages: readonly ChangedPage[]; readonly more: boolean } {
		const id = this.#idOf(home, camera);
		const rows = this.#database.all(CHANGED, id, since, id, since, limit);
		const pages = new Map<string, ChangedPage>();
		for (const row of rows) {
			const [runNo, minute] = [Number(row['runNo']), Number(row['minute'])];
			const page = this.#database.get(
				'SELECT entries FROM pages WHERE camera = ? AND minute = ? AND runNo = ?',
				...[id, minute, runNo],
			);
			pages.set(`${String(runNo)} ${String(minute)}`, {
				...{ runNo, minute, change: Number(row['change']) },
				seqs: page === undefined ? [] : withSeqs([], seqsOf(page['entries'] as Uint8Array)),
				withdrawn: this.ranges({ camera: id, runNo, minute }),
			});
		}
		return { pages: [...pages.values()], more: rows.length === limit };
	}

	/** Runs with footage whose init section is not here, at most `limit`. */
	runsWithoutInit(home: HomeId, camera: CameraId, limit: number): number[] {
		return this.#database
			.all(
				`SELECT runNo FROM runs WHERE camera = ? AND initBytes = 0
					AND EXISTS (SELECT 1 FROM pages WHERE camera = runs.camera AND runNo = runs.runNo)
					LIMIT ?`,
				...[this.#idOf(home, camera), limit],
			)
			.map((row) => Number(row['runNo']));
	}

	/** What must not be sent again. */
	ranges({ camera, runNo, minute }: WithdrawnKey): readonly SeqRange[] {
		const row = this.#database.get(
			'SELECT ranges FROM withdrawn WHERE camera = ? AND runNo = ? AND minute = ?',
			...[camera, runNo, minute],
		);
		return row === undefined ? [] : (JSON.parse(String(row['ranges'])) as SeqRange[]);
	}

	/** These are there again. */
	returned(key: WithdrawnKey, entries: Bytes, change: number): void {
		const { camera, runNo, minute } = key;
		const row = this.#database.get(
			'SELECT 1 FROM withdrawn WHERE camera = ? AND runNo = ? AND minute = ?',
			...[camera, runNo, minute],
		);
		if (row === undefined) return;
		const left = withoutSeqs(this.ranges(key), seqsOf(entries));
		if (left.length > 0) this.#write(key, left, change);
		else
			this.#database.run(
				'DELETE FROM withdrawn WHERE camera = ? AND runNo = ? AND minute = ?',
				...[camera, runNo, minute],
			);
	}

	/** The newest stay. */
	trim(camera: number): void {
		this.#database.run(
			`DELETE FROM withdrawn WHERE camera = ? AND change < (
				SELECT change FROM withdrawn WHERE camera = ? ORDER BY change DESC LIMIT 1 OFFSET ?)`,
			...[camera, camera, KEPT_ROWS],
		);
	}

	forget(camera: number): void {
		this.#database.run('DELETE FROM withdrawn WHERE camera = ?', camera);
	}

	/** 0: there is none. */
	#idOf(home: HomeId, camera: CameraId): number {
		const sql = 'SELECT id FROM cameras WHERE home = ? AND camera = ?';
		return Number(this.#database.get(sql, home, camera)?.['id'] ?? 0);
	}

	#write(
		{ camera, runNo, minute }: WithdrawnKey,
		ranges: readonly SeqRange[],
		change: number,
	): void {
		this.#database.run(
			'INSERT OR REPLACE INTO withdrawn VALUES (?, ?, ?, ?, ?)',
			...[camera, runNo, minute, JSON.stringify(ranges), change],
		);
	}
}

function seqsOf(entries: Uint8Array): number[] {
	return salvageEntries(entries).entries.map(({ seq }) => seq);
}
