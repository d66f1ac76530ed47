import { randomBytes } from 'node:crypto';
import type { CameraId, HomeId } from '#domain/base/ids.ts';
import { ENTRY_BYTES } from '#domain/footage/index-page.ts';
import type { SeqRange } from '#domain/sync/seq-ranges.ts';
import { IndexDatabase, type Row, type Value } from './index-database.ts';
import type { PackKey } from './pack-folder.ts';
import { WITHDRAWN_TABLES, WithdrawnSegments } from './withdrawn-segments.ts';

const VERSION = 1;

const SCHEMA = `
	CREATE TABLE store (id TEXT NOT NULL, newestChange INTEGER NOT NULL) STRICT;
	CREATE TABLE cameras (
		id INTEGER PRIMARY KEY, home TEXT NOT NULL, camera TEXT NOT NULL,
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
	CREATE TABLE doomed (
		home TEXT NOT NULL, camera TEXT NOT NULL, runNo INTEGER NOT NULL, minute INTEGER NOT NULL,
		PRIMARY KEY (home, camera, runNo, minute)
	) STRICT, WITHOUT ROWID;
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

/** What the pages of a run amount to. */
export interface RunExtent {
	readonly recordBytes: number;
	readonly segments: number;
	readonly firstSeq: number;
	readonly lastSeq: number;
	/** Index entries of its first and its last page. */
	readonly firstEntries: Uint8Array<ArrayBuffer>;
	readonly lastEntries: Uint8Array<ArrayBuffer>;
}

/** All that one upload changes, written in one transaction. */
export interface IndexChanges {
	readonly run?: IndexedRun;
	readonly pages?: readonly Omit<IndexedPage, 'change'>[];
}

/**
 * Which footage of which camera lies in which pack, and how far (SY7). Methods throw `Fault`:
 * `quota`, `unavailable`; what threw had no effect.
 */
export class FootageIndex {
	/** For what else is kept in this file (`IndexRetention`, `SpaceLedger`). */
	readonly database: IndexDatabase;
	/** Differs for every new store: what an old one acknowledged does not count here. */
	readonly storeId: string;
	/** What its cameras are told. */
	readonly withdrawn: WithdrawnSegments;
	/** Called when a page was written or deleted. */
	onChange: (of: Pick<PackKey, 'home' | 'camera'>, minute: number) => void = () => undefined;

	/** @throws SQLite errors if the file cannot be opened or a newer version wrote it */
	constructor(file: string) {
		this.database = new IndexDatabase(file, (database) => {
			const version = () => Number(database.get('PRAGMA user_version')?.['user_version']);
			if (version() === 0) {
				database.exec(SCHEMA);
				database.run('INSERT INTO store VALUES (?, 0)', newStoreId());
			}
			if (version() !== VERSION) throw new Error('a newer Spy-cam wrote this index');
			// Files of earlier versions have none of these.
			database.exec(WITHDRAWN_TABLES);
		});
		this.withdrawn = new WithdrawnSegments(this.database);
		this.storeId = String(this.#get('SELECT id FROM store')?.['id']);
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

	/** Runs of a camera that have pages whose minute is in [from, to], in their order. */
	runs(home: HomeId, camera: CameraId, from = 0, to = Number.MAX_SAFE_INTEGER): IndexedRun[] {
		return this.#all(
			`SELECT runs.* FROM runs JOIN cameras ON cameras.id = runs.camera
				WHERE home = ? AND cameras.camera = ? AND runNo IN (
					SELECT runNo FROM pages WHERE pages.camera = cameras.id AND minute BETWEEN ? AND ?
				) ORDER BY runNo`,
			...[home, camera, from, to],
		).map(runOf);
	}

	/** What is here of a run; `null`: no page. `recordBytes`: of its segments' records. */
	extent(home: HomeId, camera: CameraId, runNo: number): RunExtent | null {
		const of = `FROM pages WHERE camera = (SELECT id FROM cameras WHERE home = ? AND camera = ?)
			AND runNo = ?`;
		const values = [home, camera, runNo];
		const row = this.#get(
			`SELECT sum(bytes) AS bytes, sum(length(entries)) AS entries, min(firstSeq) AS firstSeq,
				max(lastSeq) AS lastSeq ${of}`,
			...values,
		);
		const first = this.#get(`SELECT entries ${of} ORDER BY lastSeq LIMIT 1`, ...values);
		const last = this.#get(`SELECT entries ${of} ORDER BY lastSeq DESC LIMIT 1`, ...values);
		if (row === undefined || first === undefined || last === undefined) return null;
		return {
			recordBytes: Number(row['bytes']),
			segments: Number(row['entries']) / ENTRY_BYTES,
			...{ firstSeq: Number(row['firstSeq']), lastSeq: Number(row['lastSeq']) },
			firstEntries: new Uint8Array(first['entries'] as Uint8Array),
			lastEntries: new Uint8Array(last['entries'] as Uint8Array),
		};
	}

	/** The first wall minute with footage of a camera; `null`: there is none. */
	oldestMinute(home: HomeId, camera: CameraId): number | null {
		const row = this.#get(
			`SELECT min(minute) AS minute FROM pages
				WHERE camera = (SELECT id FROM cameras WHERE home = ? AND camera = ?)`,
			...[home, camera],
		);
		return typeof row?.['minute'] === 'number' ? row['minute'] : null;
	}

	/** Cameras of a home, with the bytes in their packs. */
	cameras(home: HomeId): { readonly camera: CameraId; readonly bytes: number }[] {
		const rows = this.#all('SELECT camera, bytes FROM cameras WHERE home = ?', home);
		return rows.map((row) => ({
			...{ camera: String(row['camera']) as CameraId, bytes: Number(row['bytes']) },
		}));
	}

	/** Number of the newest write to this store, over all homes. */
	get newestChange(): number {
		return Number(this.#get('SELECT newestChange FROM store')?.['newestChange']);
	}

	/** The key of every page there is. */
	*allPages(): Generator<PackKey & { readonly minute: number }> {
		const rows = this.#all(
			`SELECT home, cameras.camera, runNo, minute FROM pages
				JOIN cameras ON cameras.id = pages.camera`,
		);
		for (const row of rows) {
			yield {
				home: String(row['home']) as HomeId,
				camera: String(row['camera']) as CameraId,
				runNo: Number(row['runNo']),
				minute: Number(row['minute']),
			};
		}
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
	write(home: HomeId, camera: CameraId, { run, pages = [] }: IndexChanges): number {
		return this.#transaction(() => {
			const change = this.nextChange();
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
				if (run.initBytes > 0 || run.record !== null)
					this.#spare({ home, camera, runNo: run.runNo, minute: -1 });
			}
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
				this.#spare({ home, camera, runNo, minute });
				this.withdrawn.returned({ camera: id, runNo, minute }, entries, change);
				this.onChange({ home, camera }, minute);
			}
			this.#run('UPDATE cameras SET bytes = bytes + ? WHERE id = ?', grown, id);
			return change;
		});
	}

	/**
	 * Deletes a page; its pack is deleted afterwards. Its camera is told, and sends again what is not
	 * in `withdrawn`. Idempotent.
	 */
	deletePage(
		key: PackKey & { readonly minute: number },
		withdrawn: readonly SeqRange[] = [],
	): void {
		this.#transaction(() => {
			const page = this.page(key);
			if (page === null) return;
			this.noteWithdrawn(key, withdrawn);
			const id = this.#cameraKey(key.home, key.camera);
			this.#run(
				'DELETE FROM pages WHERE camera = ? AND minute = ? AND runNo = ?',
				...[id, key.minute, key.runNo],
			);
			this.#run('UPDATE cameras SET bytes = bytes - ? WHERE id = ?', page.bytes, id);
			this.onChange(key, key.minute);
		});
	}

	/** Tells its camera that these left, and are not wanted any more. */
	noteWithdrawn(key: PackKey & { readonly minute: number }, ranges: readonly SeqRange[]): void {
		this.#transaction(() => {
			const camera = this.#cameraKey(key.home, key.camera);
			const { runNo, minute } = key;
			this.withdrawn.note({ camera, runNo, minute }, ranges, this.nextChange());
			this.withdrawn.trim(camera);
		});
	}

	/** The number of a change that begins. */
	nextChange(): number {
		this.#run('UPDATE store SET newestChange = newestChange + 1');
		return this.newestChange;
	}

	close(): void {
		this.database.close();
	}

	/** A pack that was to be deleted is written anew. */
	#spare({ home, camera, runNo, minute }: PackKey & { readonly minute: number }): void {
		this.#run(
			'DELETE FROM doomed WHERE home = ? AND camera = ? AND runNo = ? AND minute = ?',
			...[home, camera, runNo, minute],
		);
	}

	#cameraKey(home: HomeId, camera: CameraId): number {
		this.#run(
			'INSERT OR IGNORE INTO cameras (home, camera, bytes) VALUES (?, ?, 0)',
			...[home, camera],
		);
		const sql = 'SELECT id FROM cameras WHERE home = ? AND camera = ?';
		return Number(this.#get(sql, home, camera)?.['id']);
	}

	#get(sql: string, ...values: Value[]): Row | undefined {
		return this.database.get(sql, ...values);
	}

	#all(sql: string, ...values: Value[]): Row[] {
		return this.database.all(sql, ...values);
	}

	#run(sql: string, ...values: Value[]): void {
		this.database.run(sql, ...values);
	}

	#transaction<T>(work: () => T): T {
		return this.database.transaction(work);
	}
}

/** For a store that begins, or whose past is no longer what its cameras were told. */
export function newStoreId(): string {
	return randomBytes(16).toString('hex');
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
