import { accessSync, constants, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Fault } from '#domain/base/fault.ts';

/** An exclusive lock on a data folder. */
export interface DataFolderLock {
	release(): void;
}

const SQLITE_BUSY = 5;
const SQLITE_FULL = 13;

/**
 * Locks a data folder, creating it if missing. The lock is an open SQLite write transaction, so the
 * operating system releases it with the process: a killed server leaves nothing to clean up, and a
 * reused pid is never mistaken for a running server. The holder's pid is stored for the error
 * message of a second server.
 *
 * @throws Fault `conflict` if another server holds the folder, `unavailable` if it cannot be
 *   created or written to
 */
export function lockDataFolder(folder: string, pid: number): DataFolderLock {
	const where = resolve(folder);
	let database: DatabaseSync | undefined;
	try {
		mkdirSync(where, { recursive: true, mode: 0o700 });
		accessSync(where, constants.W_OK | constants.X_OK);
		database = new DatabaseSync(join(where, 'server.lock'), { timeout: 0 });
		writeHolder(database, pid);
		// Another server may get in between; then it holds the folder.
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

/** Stores the holder's pid for a second server's error message; on a full disk it goes without. */
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
