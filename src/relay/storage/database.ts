import { randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { sha256 } from '#relay/base/crypto.ts';
import type { RelayChange } from '#relay-core/relay.ts';
import type { InvitationRecord, StoredState } from '#relay/base/ipc.ts';

const BUSY_MS = 2_000;
const VERSION = 1;
const DAY_MS = 24 * 3600 * 1000;
const WEEK_MS = 7 * DAY_MS;
/** Validity of an invitation. */
export const INVITATION_MS = DAY_MS;

const SCHEMA = `
	CREATE TABLE homes (home TEXT PRIMARY KEY, openedMs INTEGER NOT NULL) STRICT, WITHOUT ROWID;
	CREATE TABLE entries (
		home TEXT NOT NULL REFERENCES homes, seq INTEGER NOT NULL, bytes BLOB NOT NULL,
		PRIMARY KEY (home, seq)
	) STRICT, WITHOUT ROWID;
	CREATE TABLE invitations (hash TEXT PRIMARY KEY, madeMs INTEGER NOT NULL, home TEXT) STRICT, WITHOUT ROWID;
	CREATE TABLE letters (
		id INTEGER PRIMARY KEY, home TEXT NOT NULL, "to" TEXT NOT NULL, "from" TEXT NOT NULL,
		box TEXT NOT NULL, untilMs INTEGER NOT NULL
	) STRICT;
	CREATE TABLE beat (one INTEGER PRIMARY KEY CHECK (one = 1), wallMs INTEGER NOT NULL) STRICT;
	PRAGMA user_version = ${VERSION};
`;

/**
 * The persistent state: homes, rosters, invitations, waiting messages. Methods throw SQLite's
 * errors; what threw had no effect.
 */
export class RelayDatabase {
	readonly #sqlite: DatabaseSync;

	/**
	 * Reads an existing database, even on a full disk: exclusively, because WAL's shared memory file
	 * would need space. Throws if there is nothing to read.
	 */
	static read<T>(file: string, work: (database: RelayDatabase) => T): T {
		const database = new RelayDatabase(file, true);
		try {
			return work(database);
		} finally {
			database.close();
		}
	}

	constructor(file: string, alone = false) {
		const sqlite = new DatabaseSync(file, { timeout: BUSY_MS });
		this.#sqlite = sqlite;
		try {
			if (alone) {
				sqlite.exec('PRAGMA locking_mode = EXCLUSIVE');
				if (this.#version() !== VERSION) throw new Error('there is no database of this version');
				return;
			}
			sqlite.exec('PRAGMA journal_mode = WAL');
			sqlite.exec('PRAGMA synchronous = FULL');
			sqlite.exec('PRAGMA foreign_keys = ON');
			sqlite.exec('PRAGMA journal_size_limit = 4194304');
			this.#transaction(() => {
				if (this.#version() === 0) sqlite.exec(SCHEMA);
				if (this.#version() !== VERSION) throw new Error('a newer Spy-cam wrote this database');
			});
		} catch (error) {
			sqlite.close();
			throw error;
		}
	}

	readState(wallMs: number): StoredState {
		const homes = new Map<string, Uint8Array<ArrayBuffer>[]>();
		const entries = this.#sqlite.prepare('SELECT home, bytes FROM entries ORDER BY home, seq');
		for (const row of entries.iterate()) {
			const home = String(row['home']);
			const bytes = new Uint8Array(row['bytes'] as Uint8Array);
			const before = homes.get(home);
			if (before) before.push(bytes);
			else homes.set(home, [bytes]);
		}
		const letters = this.#sqlite
			.prepare('SELECT * FROM letters WHERE untilMs > ? ORDER BY id')
			.all(wallMs) as unknown as StoredState['letters'];
		return {
			homes: [...homes].map(([home, list]) => ({ home, entries: list })),
			letters: letters.map((letter) => ({ ...letter })),
			invitations: this.invitations(wallMs),
		};
	}

	/** Applies a change; idempotent. */
	apply(fact: RelayChange, wallMs: number): void {
		this.#transaction(() => {
			switch (fact.kind) {
				case 'opened':
					this.#run('INSERT OR IGNORE INTO homes VALUES (?, ?)', fact.home, wallMs);
					this.#entries(fact.home, 1, fact.entries);
					this.#run('UPDATE invitations SET home = ? WHERE hash = ?', fact.home, fact.invitation);
					break;
				case 'appended':
					this.#run('DELETE FROM entries WHERE home = ? AND seq >= ?', fact.home, fact.from);
					this.#entries(fact.home, fact.from, fact.entries);
					break;
				case 'waits': {
					const { id, home, to, from, box, untilMs } = fact.letter;
					const sql = 'INSERT OR IGNORE INTO letters VALUES (?, ?, ?, ?, ?, ?)';
					this.#run(sql, id, home, to, from, box, untilMs);
					break;
				}
				case 'gone':
					for (const id of fact.ids) this.#run('DELETE FROM letters WHERE id = ?', id);
			}
		});
	}

	/** Creates an invitation. The code is returned only here: only its hash is stored. */
	invite(wallMs: number): string {
		const code = randomBytes(16).toString('base64url');
		this.#run('INSERT INTO invitations VALUES (?, ?, NULL)', hashOf(code), wallMs);
		return code;
	}

	/**
	 * Creates an invitation for a start and revokes the previous start's. That one's hash is in a
	 * table of its own, so that earlier versions can still read the rest.
	 */
	inviteAtStart(wallMs: number): string {
		let code = '';
		this.#transaction(() => {
			this.#sqlite.exec('CREATE TABLE IF NOT EXISTS start (hash TEXT NOT NULL) STRICT');
			this.#run('DELETE FROM invitations WHERE home IS NULL AND hash IN (SELECT hash FROM start)');
			this.#run('DELETE FROM start');
			code = this.invite(wallMs);
			this.#run('INSERT INTO start VALUES (?)', hashOf(code));
		});
		return code;
	}

	/** Unused, unexpired invitations. */
	invitations(wallMs: number): InvitationRecord[] {
		const sql = 'SELECT hash, madeMs FROM invitations WHERE home IS NULL AND madeMs > ?';
		const rows = this.#sqlite.prepare(sql).all(wallMs - INVITATION_MS);
		return rows.map((row) => ({
			hash: String(row['hash']),
			untilMs: Number(row['madeMs']) + INVITATION_MS,
		}));
	}

	/** Deletes all that is kept of a home. */
	deleteHome(home: string): void {
		this.#transaction(() => {
			for (const table of ['entries', 'letters', 'invitations', 'homes'])
				this.#run(`DELETE FROM ${table} WHERE home = ?`, home);
		});
	}

	/** Whether no home was ever opened here. */
	get isUnused(): boolean {
		return this.#sqlite.prepare('SELECT 1 FROM homes LIMIT 1').get() === undefined;
	}

	/** Changes when another process wrote to the database. */
	get dataVersion(): number {
		return Number(this.#sqlite.prepare('PRAGMA data_version').get()?.['data_version']);
	}

	/** Test write that also deletes what expired long ago. */
	checkWritable(wallMs: number): void {
		this.#transaction(() => {
			this.#run('INSERT OR REPLACE INTO beat VALUES (1, ?)', wallMs);
			this.#run('DELETE FROM letters WHERE untilMs < ?', wallMs - WEEK_MS);
			this.#run('DELETE FROM invitations WHERE home IS NULL AND madeMs < ?', wallMs - WEEK_MS);
		});
	}

	close(): void {
		this.#sqlite.close();
	}

	#entries(home: string, from: number, entries: readonly Uint8Array[]): void {
		for (const [at, bytes] of entries.entries())
			this.#run('INSERT OR IGNORE INTO entries VALUES (?, ?, ?)', home, from + at, bytes);
	}

	#version(): number {
		return Number(this.#sqlite.prepare('PRAGMA user_version').get()?.['user_version']);
	}

	#run(sql: string, ...values: (string | number | Uint8Array)[]): void {
		this.#sqlite.prepare(sql).run(...values);
	}

	#transaction(work: () => void): void {
		this.#sqlite.exec('BEGIN IMMEDIATE');
		try {
			work();
			this.#sqlite.exec('COMMIT');
		} catch (error) {
			// SQLite may have rolled back itself, for example on a full disk.
			if (this.#sqlite.isTransaction) this.#sqlite.exec('ROLLBACK');
			throw error;
		}
	}
}

function hashOf(code: string): string {
	return Buffer.from(sha256(code)).toString('hex');
}
