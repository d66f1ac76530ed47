import { chmodSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '#domain/base/fault.ts';

/** What the server itself puts into its folder; whatever else is there is somebody else's. */
const OURS = /^(relay\.sqlite|server\.lock|settings\.json)/;

/**
 * A data folder is for the server's account alone, whoever made it and however (RL31): here are
 * keys, secrets, and who belongs to which home.
 *
 * @returns what could not be closed to others, with the reason: somebody else owns it, or the disk
 *   knows no rights
 */
export function restrictPermissions(
	data: string,
): { readonly path: string; readonly why: string }[] {
	// What is made from now on, by SQLite and by the other processes too.
	process.umask(0o077);
	const authority = join(data, 'authority');
	const papers = isLink(authority) ? [] : namesIn(authority).map((name) => join(authority, name));
	const ours = namesIn(data).filter((name) => OURS.test(name));
	const files = [...ours.map((name) => join(data, name)), ...papers];
	const inside = [
		...(papers.length > 0 || isLink(authority) ? [[authority, 0o700] as const] : []),
		...files.map((path) => [path, 0o600] as const),
	];
	return [
		...close(data, 0o700),
		// Where others could write, a link may lead to what is not ours to close.
		...inside.flatMap(([path, mode]) =>
			isLink(path) ? [{ path, why: 'it is a link' }] : close(path, mode),
		),
	];
}

function close(path: string, mode: number): { path: string; why: string }[] {
	try {
		chmodSync(path, mode);
		return [];
	} catch (error) {
		const why = codeOf(error);
		// Gone meanwhile: SQLite's.
		return why === 'ENOENT' ? [] : [{ path, why }];
	}
}

function isLink(path: string): boolean {
	return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

function namesIn(folder: string): string[] {
	try {
		return readdirSync(folder);
	} catch (error) {
		if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return [];
		throw new Fault('unavailable', `Spy-cam cannot read ${folder}.`, error);
	}
}

function codeOf(error: unknown): string {
	return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
