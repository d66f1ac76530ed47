import type { HomeId } from '#domain/base/ids.ts';
import {
	DELETION_RULES,
	hourOf,
	mergedDeletion,
	type Deletion,
	type DeletionRule,
} from '#domain/storage/deletion.ts';
import type { LoggedChange } from '#domain/storage/growth.ts';
import type { FootageIndex } from '#relay/footage/footage-index.ts';
import type { IndexDatabase, Row } from '#relay/footage/index-database.ts';

const KEPT_ROWS = 1000;

/** What may explain that more comes than before. */
export const SPACE_CHANGES = ['version', 'cap', 'share', 'home', 'camera'] as const;
export type SpaceChangeKind = (typeof SPACE_CHANGES)[number];
export type SpaceChange = LoggedChange<SpaceChangeKind>;

const TABLES = `
	CREATE TABLE IF NOT EXISTS spaceChanges (
		id INTEGER PRIMARY KEY, atMs INTEGER NOT NULL, home TEXT, what TEXT NOT NULL
	) STRICT;
	CREATE TABLE IF NOT EXISTS spaceKnown (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
	CREATE TABLE IF NOT EXISTS spaceShares (home TEXT PRIMARY KEY, bytes INTEGER NOT NULL) STRICT;
	CREATE TABLE IF NOT EXISTS spaceDeletions (
		id INTEGER PRIMARY KEY, home TEXT NOT NULL, rule TEXT NOT NULL, hour INTEGER NOT NULL,
		firstMs INTEGER NOT NULL, lastMs INTEGER NOT NULL, startUs INTEGER, endUs INTEGER,
		segments INTEGER NOT NULL, bytes INTEGER NOT NULL, UNIQUE (home, rule, hour)
	) STRICT;
`;

/**
 * What left at a relay, what changed there, and what owners lowered their shares to. Kept in the
 * database of the index; the newest thousand rows of a kind.
 */
export class SpaceLedger {
	readonly #database: IndexDatabase;

	constructor({ database }: Pick<FootageIndex, 'database'>) {
		this.#database = database;
		database.transaction(() => database.exec(TABLES));
	}

	/** Notes a change when `value` differs from the one of the last time. */
	compare(name: 'version' | 'cap', value: string, atMs: number): void {
		this.#database.transaction(() => {
			const before = this.#database.get('SELECT value FROM spaceKnown WHERE name = ?', name);
			if (before?.['value'] === value) return;
			this.#database.run('INSERT OR REPLACE INTO spaceKnown VALUES (?, ?)', name, value);
			if (before !== undefined) this.noteChange(name, null, atMs);
		});
	}

	/** `home`: `null`: of the whole relay. */
	noteChange(what: SpaceChangeKind, home: HomeId | null, atMs: number): void {
		this.#database.transaction(() => {
			this.#database.run(
				'INSERT INTO spaceChanges (atMs, home, what) VALUES (?, ?, ?)',
				...[Math.floor(atMs), home, what],
			);
			this.#trim('spaceChanges');
		});
	}

	/** Newest first; of the relay and of one home, or of all. */
	changes(home: HomeId | null, limit: number): SpaceChange[] {
		const which = home === null ? '' : 'WHERE home IS NULL OR home = ?';
		return this.#database
			.all(
				`SELECT atMs, what FROM spaceChanges ${which} ORDER BY id DESC LIMIT ?`,
				...(home === null ? [limit] : [home, limit]),
			)
			.flatMap((row) => {
				const what = SPACE_CHANGES.find((known) => known === row['what']);
				return what === undefined ? [] : [{ atMs: Number(row['atMs']), what }];
			});
	}

	/** Passes by one rule within one hour become one entry (SP19). */
	noteDeletion(home: HomeId, deletion: Deletion): void {
		this.#database.transaction(() => {
			const hour = hourOf(deletion);
			const row = this.#database.get(
				'SELECT * FROM spaceDeletions WHERE home = ? AND rule = ? AND hour = ?',
				...[home, deletion.rule, hour],
			);
			const before = row === undefined ? null : deletionOf(row);
			const all = before === null ? deletion : mergedDeletion(before, deletion);
			this.#database.run(
				`INSERT OR REPLACE INTO spaceDeletions
					(home, rule, hour, firstMs, lastMs, startUs, endUs, segments, bytes)
					VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
				...[home, all.rule, hour, Math.floor(all.firstMs), Math.floor(all.lastMs)],
				...[all.span?.startUs ?? null, all.span?.endUs ?? null, all.segments, all.bytes],
			);
			this.#trim('spaceDeletions');
		});
	}

	/** Newest first. */
	deletions(home: HomeId, limit: number): Deletion[] {
		return this.#database
			.all('SELECT * FROM spaceDeletions WHERE home = ? ORDER BY id DESC LIMIT ?', home, limit)
			.flatMap((row) => deletionOf(row) ?? []);
	}

	/** What owners lowered their shares to, in bytes. */
	shares(): Map<HomeId, number> {
		const rows = this.#database.all('SELECT * FROM spaceShares');
		return new Map(rows.map((row) => [String(row['home']) as HomeId, Number(row['bytes'])]));
	}

	/** `null`: as much as there is for each. */
	setShare(home: HomeId, bytes: number | null, atMs: number): void {
		this.#database.transaction(() => {
			if (bytes === null) this.#database.run('DELETE FROM spaceShares WHERE home = ?', home);
			else
				this.#database.run(
					'INSERT OR REPLACE INTO spaceShares VALUES (?, ?)',
					...[home, Math.floor(bytes)],
				);
			this.noteChange('share', home, atMs);
		});
	}

	/** All that is noted of a home. */
	forget(home: HomeId): void {
		this.#database.transaction(() => {
			for (const table of ['spaceChanges', 'spaceShares', 'spaceDeletions'])
				this.#database.run(`DELETE FROM ${table} WHERE home = ?`, home);
		});
	}

	#trim(table: 'spaceChanges' | 'spaceDeletions'): void {
		this.#database.run(
			`DELETE FROM ${table} WHERE id <= (SELECT max(id) FROM ${table}) - ?`,
			KEPT_ROWS,
		);
	}
}

function deletionOf(row: Row): Deletion | null {
	const rule: DeletionRule | undefined = DELETION_RULES.find((known) => known === row['rule']);
	if (rule === undefined) return null;
	const [startUs, endUs] = [row['startUs'], row['endUs']];
	return {
		...{ rule, firstMs: Number(row['firstMs']), lastMs: Number(row['lastMs']) },
		span: startUs === null ? null : { startUs: Number(startUs), endUs: Number(endUs) },
		...{ segments: Number(row['segments']), bytes: Number(row['bytes']) },
	};
}
