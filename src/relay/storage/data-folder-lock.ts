import { accessSync, constants, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Fault } from '#domain/base/fault.ts';

/** The right to be the only server on a data folder. */
export interface DataFolderLock {
	release(): void;
}

const SQLITE_BUSY = 5;
const SQLITE_FULL = 13;

/**
 * Takes a data folder, and makes it if it is missing. The lock is the operating system's, through
 * a SQLite write transaction that stays open: it dies with the process, so a killed server leaves
 * nothing to clean up and a reused process number is never mistaken for a running server. The
 * holder's number is in the file for the sentence that the second one says.
 *
 * @throws Fault `conflict` when another server has the folder, `unavailable` when it cannot be
 *   made or written to
 */
export function lockDataFolder(folder: string, pid: number): DataFolderLock {
	const where = resolve(folder);
	let database: DatabaseSync | undefined;
	try {
		mkdirSync(where, { recursive: true, mode: 0o700 });
		accessSync(where, constants.W_OK | constants.X_OK);
		database = new DatabaseSync(join(where, 'server.lock'), { timeout: 0 });
		writeHolder(database, pid);
		// Since then another server may slip in: then it holds the folder, not we.
		database.exec('BEGIN IMMEDIATE');
	} catch (error) {
		const sentence =
			isBusy(error) && database
				? `Another Spy-cam${holderOf(database)} is using ${where}. Stop it, or give this one its own folder with --data.`
				: `Spy-cam cannot use ${where} as its data folder: ${reasonOf(error)}. Give it a folder it may write to with --data.`;
		database?.close();
		throw new Fault(isBusy(error) ? 'conflict' : 'unavailable', sentence, error);
	}
	const held = database;
	return {
		release: () => {
			held.close();
		},
	};
}

/** Who holds it, for the sentence that the second one says. On a full disk it is held without. */
function writeHolder(database: DatabaseSync, pid: number): void {
	try {
		database.exec('CREATE TABLE IF NOT EXISTS holder (pid INTEGER NOT NULL)');
		database.exec('BEGIN IMMEDIATE');
		database.exec('DELETE FROM holder');
		database.prepare('INSERT INTO holder VALUES (?)').run(pid);
		database.exec('COMMIT');
	} catch (error) {
		if (!(error instanceof Error && 'errcode' in error && error.errcode === SQLITE_FULL))
			throw error;
		if (database.isTransaction) database.exec('ROLLBACK');
	}
}

function isBusy(error: unknown): boolean {
	return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

function holderOf(database: DatabaseSync): string {
	try {
		const pid = database.prepare('SELECT pid FROM holder').get()?.['pid'];
		return typeof pid === 'number' ? ` (process ${pid})` : '';
	} catch {
		return '';
	}
}

function reasonOf(error: unknown): string {
	const code = error instanceof Error && 'code' in error ? error.code : '';
	if (code === 'EACCES' || code === 'EPERM') return 'it may not be written to';
	if (code === 'EROFS') return 'the disk is read-only';
	if (code === 'ENOSPC') return 'the disk is full';
	if (code === 'EEXIST' || code === 'ENOTDIR') return 'it is not a folder';
	return error instanceof Error ? error.message : String(error);
}
