import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { Fault } from '#domain/base/fault.ts';

const BUSY_MS = 2_000;
/** Pages are blobs of up to 5 kB: the default of 4 kB would put each on overflow pages. */
const PAGE_BYTES = 16_384;
const SQLITE_FULL = 13;
/** No room for the shared memory file of the log. */
const SQLITE_IOERR_SHMSIZE = 4874;

export type Row = Record<string, unknown>;
export type Value = string | number | Uint8Array | null;

/** `footage.sqlite` or `sidecar.sqlite`. Work in a transaction counts whole or not at all. */
export class IndexDatabase {
	readonly #sqlite: DatabaseSync;
	/** Compiled once: each costs as much as it takes to run. */
	readonly #statements = new Map<string, StatementSync>();

	/**
	 * @param prepare makes or checks the tables, in a transaction
	 * @param freed `vacuumed`: pages that become free can be given back; only for a new file
	 * @throws SQLite errors if the file cannot be opened, and what `prepare` throws
	 */
	constructor(
		file: string,
		prepare: (database: IndexDatabase) => void,
		freed: 'kept' | 'vacuumed' = 'kept',
	) {
		this.#sqlite = new DatabaseSync(file, { timeout: BUSY_MS });
		try {
			this.exec(`PRAGMA page_size = ${String(PAGE_BYTES)}`);
			// Before the first table and the log, or it has no effect.
			if (freed === 'vacuumed') this.exec('PRAGMA auto_vacuum = INCREMENTAL');
			this.exec('PRAGMA journal_mode = WAL');
			this.exec('PRAGMA synchronous = FULL');
			this.exec('PRAGMA foreign_keys = ON');
			this.exec('PRAGMA journal_size_limit = 4194304');
			this.transaction(() => prepare(this));
		} catch (error) {
			this.#sqlite.close();
			throw error;
		}
	}

	/** Of the file, without its log. */
	get bytes(): number {
		const pages = Number(this.get('PRAGMA page_count')?.['page_count']);
		return pages * Number(this.get('PRAGMA page_size')?.['page_size']);
	}

	exec(sql: string): void {
		this.#sqlite.exec(sql);
	}

	get(sql: string, ...values: Value[]): Row | undefined {
		return this.#prepared(sql).get(...values);
	}

	all(sql: string, ...values: Value[]): Row[] {
		return this.#prepared(sql).all(...values);
	}

	run(sql: string, ...values: Value[]): void {
		this.#prepared(sql).run(...values);
	}

	/** Throws `quota` when the disk is full, else SQLite errors; what threw had no effect. */
	transaction<T>(work: () => T): T {
		// What is done within another transaction is a part of that.
		const begun = (): boolean => this.#sqlite.isTransaction;
		if (begun()) return work();
		try {
			this.#sqlite.exec('BEGIN IMMEDIATE');
			const result = work();
			this.#sqlite.exec('COMMIT');
			return result;
		} catch (error) {
			// SQLite may have rolled back itself, for example on a full disk.
			if (begun()) this.#sqlite.exec('ROLLBACK');
			throw isFull(error) ? new Fault('quota', 'the disk is full', error) : error;
		}
	}

	#prepared(sql: string): StatementSync {
		const known = this.#statements.get(sql) ?? this.#sqlite.prepare(sql);
		this.#statements.set(sql, known);
		return known;
	}

	close(): void {
		this.#sqlite.close();
	}
}

function isFull(error: unknown): boolean {
	const code = error instanceof Error && 'errcode' in error ? error.errcode : null;
	return code === SQLITE_FULL || code === SQLITE_IOERR_SHMSIZE;
}
