import { randomBytes } from 'node:crypto';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId, HomeId } from '#domain/base/ids.ts';
import type { PackKey } from './pack-folder.ts';

const BUSY_MS = 2_000;
const VERSION = 1;
/** Pages are blobs of up to 5 kB: the default of 4 kB would put each on overflow pages. */
const PAGE_BYTES = 16_384;

const SCHEMA = `
	CREATE TABLE store (id TEXT NOT NULL, newestChange INTEGER NOT NULL) STRICT;
	CREATE TABLE cameras (
		id INTEGER PRIMARY KEY, home TEXT NOT NULL, camera TEXT NOT NULL, card BLOB,
		bytes INTEGER NOT NULL, UNIQUE (home, camera)
	) STRICT;
	CREATE TABLE runs (
		camera INTEGER NOT NULL REFERENCES cameras, runNo INTEGER NOT NULL, runId TEXT NOT NULL,
		record BLOB, initBytes INTEGER NOT NULL, PRIMARY KEY (camera, runNo)
	) STRICT, WITHOUT ROWID;
	CREATE TABLE pages (
		id INTEGER PRIMARY KEY, camera INTEGER NOT NULL, runNo INTEGER NOT NULL,
		minute INTEGER NOT NULL, entries BLOB NOT NULL, bytes INTEGER NOT NULL,
		firstSeq INTEGER NOT NULL, lastSeq INTEGER NOT NULL,
		firstChange INTEGER NOT NULL, change INTEGER NOT NULL, UNIQUE (camera, minute, runNo)
	) STRICT;
	CREATE INDEX bySeq ON pages (camera, runNo, lastSeq);
	CREATE INDEX byAge ON pages (camera, firstChange);
	PRAGMA user_version = ${String(VERSION)};
`;

/** What the index knows of a run. */
export interface IndexedRun {
	readonly runNo: number;
	readonly runId: string;
	/** Signed run record, the one with the highest time; `null`: none came yet. */
	readonly record: Uint8Array<ArrayBuffer> | null;
	/** Length of the record of its init section; 0: not here yet. */
	readonly initBytes: number;
}

/** One minute of one run. */
export interface IndexedPage {
	readonly runNo: number;
	readonly minute: number;
	/** Index entries of 40 bytes; `place` is the offset of the record in its pack. */
	readonly entries: Uint8Array<ArrayBuffer>;
	/** How much of its pack counts. */
	readonly bytes: number;
	readonly firstSeq: number;
	readonly lastSeq: number;
	/** Rises with every write to this store, over all homes. */
	readonly change: number;
}

/** All that one upload changes, written in one transaction. */
export interface IndexChanges {
	readonly run?: IndexedRun;
	readonly card?: Uint8Array;
	readonly pages?: readonly Omit<IndexedPage, 'change'>[];
}

type Row = Record<string, unknown>;

/**
 * Which footage of which camera lies in which pack, and how far (SY7). Methods throw `Fault`:
 * `quota`, `unavailable`; what threw had no effect.
 */
export class FootageIndex {
	readonly #sqlite: DatabaseSync;
	/** Compiled once: each costs as much as it takes to run. */
	readonly #statements = new Map<string, StatementSync>();
	/** Differs for every new store: what an old one acknowledged does not count here. */
	readonly storeId: string;

	/** @throws SQLite errors if the file cannot be opened or a newer version wrote it */
	constructor(file: string) {
		const sqlite = new DatabaseSync(file, { timeout: BUSY_MS });
		this.#sqlite = sqlite;
		try {
			sqlite.exec(`PRAGMA page_size = ${String(PAGE_BYTES)}`);
			sqlite.exec('PRAGMA journal_mode = WAL');
			sqlite.exec('PRAGMA synchronous = FULL');
			sqlite.exec('PRAGMA foreign_keys = ON');
			sqlite.exec('PRAGMA journal_size_limit = 4194304');
			this.#transaction(() => {
				if (this.#version() === 0) {
					sqlite.exec(SCHEMA);
					this.#run('INSERT INTO store VALUES (?, 0)', randomBytes(16).toString('hex'));
				}
				if (this.#version() !== VERSION) throw new Error('a newer Spy-cam wrote this index');
			});
			this.storeId = String(this.#get('SELECT id FROM store')?.['id']);
		} catch (error) {
			sqlite.close();
			throw error;
		}
	}

	run(home: HomeId, camera: CameraId, runNo: number): IndexedRun | null {
		const row = this.#get(
			`SELECT runs.* FROM runs JOIN cameras ON cameras.id = runs.camera
				WHERE home = ? AND cameras.camera = ? AND runNo = ?`,
			...[home, camera, runNo],
		);
		return row === undefined ? null : runOf(row);
	}

	page({ home, camera, runNo, minute }: PackKey & { readonly minute: number }): IndexedPage | null {
		const row = this.#get(
			`SELECT pages.* FROM pages JOIN cameras ON cameras.id = pages.camera
				WHERE home = ? AND cameras.camera = ? AND minute = ? AND runNo = ?`,
			...[home, camera, minute, runNo],
		);
		return row === undefined ? null : pageOf(row);
	}

	/** Pages of a camera whose minute is in [from, to], in the order of time. */
	pages(home: HomeId, camera: CameraId, from: number, to: number): IndexedPage[] {
		return this.#all(
			`SELECT pages.* FROM pages JOIN cameras ON cameras.id = pages.camera
				WHERE home = ? AND cameras.camera = ? AND minute BETWEEN ? AND ?
				ORDER BY minute, runNo`,
			...[home, camera, from, to],
		).map(pageOf);
	}

	/** Pages of a run that hold segments `first` to `last`, in their order. */
	pagesOfRun(
		home: HomeId,
		camera: CameraId,
		runNo: number,
		first: number,
		last: number,
	): IndexedPage[] {
		return this.#all(
			`SELECT pages.* FROM pages JOIN cameras ON cameras.id = pages.camera
				WHERE home = ? AND cameras.camera = ? AND runNo = ? AND lastSeq >= ? AND firstSeq <= ?
				ORDER BY firstSeq`,
			...[home, camera, runNo, first, last],
		).map(pageOf);
	}

	/** The key of every page there is. */
	*allPages(): Generator<PackKey & { readonly minute: number }> {
		const rows = this.#sqlite
			.prepare(
				`SELECT home, cameras.camera, runNo, minute FROM pages
				JOIN cameras ON cameras.id = pages.camera`,
			)
			.all();
		for (const row of rows) {
			yield {
				home: String(row['home']) as HomeId,
				camera: String(row['camera']) as CameraId,
				runNo: Number(row['runNo']),
				minute: Number(row['minute']),
			};
		}
	}

	/** Pages of a camera written after `change`, oldest change first. */
	changedPages(home: HomeId, camera: CameraId, change: number, limit: number): IndexedPage[] {
		return this.#all(
			`SELECT pages.* FROM pages JOIN cameras ON cameras.id = pages.camera
				WHERE home = ? AND cameras.camera = ? AND change > ? ORDER BY change LIMIT ?`,
			...[home, camera, change, limit],
		).map(pageOf);
	}

	/** Bytes in packs that count; of a home, or of all. */
	usedBytes(home?: HomeId): number {
		const row =
			home === undefined
				? this.#get('SELECT sum(bytes) AS bytes FROM cameras')
				: this.#get('SELECT sum(bytes) AS bytes FROM cameras WHERE home = ?', home);
		return Number(row?.['bytes'] ?? 0);
	}

	/** Returns the number of this change. */
	write(home: HomeId, camera: CameraId, { run, card, pages = [] }: IndexChanges): number {
		return this.#transaction(() => {
			this.#run('UPDATE store SET newestChange = newestChange + 1');
			const change = Number(this.#get('SELECT newestChange FROM store')?.['newestChange']);
			const id = this.#cameraKey(home, camera);
			let grown = 0;
			if (run) {
				const before = this.run(home, camera, run.runNo);
				grown += run.initBytes - (before?.initBytes ?? 0);
				this.#run(
					`INSERT INTO runs VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
						SET record = excluded.record, initBytes = excluded.initBytes`,
					...[id, run.runNo, run.runId, run.record, run.initBytes],
				);
			}
			if (card) this.#run('UPDATE cameras SET card = ? WHERE id = ?', card, id);
			for (const { runNo, minute, entries, bytes, firstSeq, lastSeq } of pages) {
				const before = this.page({ home, camera, runNo, minute });
				grown += bytes - (before?.bytes ?? 0);
				this.#run(
					`INSERT INTO pages
						(camera, runNo, minute, entries, bytes, firstSeq, lastSeq, firstChange, change)
						VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (camera, minute, runNo) DO UPDATE
						SET entries = excluded.entries, bytes = excluded.bytes, change = excluded.change,
							firstSeq = excluded.firstSeq, lastSeq = excluded.lastSeq`,
					...[id, runNo, minute, entries, bytes, firstSeq, lastSeq, change, change],
				);
			}
			this.#run('UPDATE cameras SET bytes = bytes + ? WHERE id = ?', grown, id);
			return change;
		});
	}

	/** Deletes a page; its pack is deleted afterwards. Idempotent. */
	deletePage(key: PackKey & { readonly minute: number }): void {
		this.#transaction(() => {
			const page = this.page(key);
			if (page === null) return;
			const id = this.#cameraKey(key.home, key.camera);
			this.#run(
				'DELETE FROM pages WHERE camera = ? AND minute = ? AND runNo = ?',
				...[id, key.minute, key.runNo],
			);
			this.#run('UPDATE cameras SET bytes = bytes - ? WHERE id = ?', page.bytes, id);
		});
	}

	/** Pages in the order in which they came, oldest first. */
	oldestPages(limit: number, home?: HomeId): (IndexedPage & Pick<PackKey, 'home' | 'camera'>)[] {
		const which = home === undefined ? '' : 'WHERE home = ?';
		const values = home === undefined ? [limit] : [home, limit];
		return this.#all(
			`SELECT pages.*, home, cameras.camera AS cameraId FROM pages
				JOIN cameras ON cameras.id = pages.camera ${which} ORDER BY firstChange LIMIT ?`,
			...values,
		).map((row) => ({
			...pageOf(row),
			home: String(row['home']) as HomeId,
			camera: String(row['cameraId']) as CameraId,
		}));
	}

	close(): void {
		this.#sqlite.close();
	}

	#cameraKey(home: HomeId, camera: CameraId): number {
		this.#run(
			'INSERT OR IGNORE INTO cameras (home, camera, bytes) VALUES (?, ?, 0)',
			...[home, camera],
		);
		const sql = 'SELECT id FROM cameras WHERE home = ? AND camera = ?';
		return Number(this.#get(sql, home, camera)?.['id']);
	}

	#version(): number {
		return Number(this.#get('PRAGMA user_version')?.['user_version']);
	}

	#get(sql: string, ...values: (string | number)[]): Row | undefined {
		return this.#prepared(sql).get(...values);
	}

	#all(sql: string, ...values: (string | number)[]): Row[] {
		return this.#prepared(sql).all(...values);
	}

	#run(sql: string, ...values: (string | number | Uint8Array | null)[]): void {
		this.#prepared(sql).run(...values);
	}

	#prepared(sql: string): StatementSync {
		const known = this.#statements.get(sql) ?? this.#sqlite.prepare(sql);
		this.#statements.set(sql, known);
		return known;
	}

	#transaction<T>(work: () => T): T {
		this.#sqlite.exec('BEGIN IMMEDIATE');
		try {
			const result = work();
			this.#sqlite.exec('COMMIT');
			return result;
		} catch (error) {
			// SQLite may have rolled back itself, for example on a full disk.
			if (this.#sqlite.isTransaction) this.#sqlite.exec('ROLLBACK');
			const full = error instanceof Error && /full/.test(error.message);
			throw full ? new Fault('quota', 'the disk is full') : error;
		}
	}
}

function runOf(row: Row): IndexedRun {
	const record = row['record'];
	return {
		runNo: Number(row['runNo']),
		runId: String(row['runId']),
		record: record instanceof Uint8Array ? new Uint8Array(record) : null,
		initBytes: Number(row['initBytes']),
	};
}

function pageOf(row: Row): IndexedPage {
	return {
		runNo: Number(row['runNo']),
		minute: Number(row['minute']),
		entries: new Uint8Array(row['entries'] as Uint8Array),
		bytes: Number(row['bytes']),
		firstSeq: Number(row['firstSeq']),
		lastSeq: Number(row['lastSeq']),
		change: Number(row['change']),
	};
}
