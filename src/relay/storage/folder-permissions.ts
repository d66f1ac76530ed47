import { chmodSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '#domain/base/fault.ts';

/** Files that the server itself creates; others in the folder are left alone. */
const OWN_FILES =
	/^(relay\.sqlite|footage\.(sqlite|ballast)|sidecar\.sqlite|server\.lock|settings\.json)/;

/**
 * Restricts a data folder to the server's account, whoever created it (RL31): it holds keys,
 * secrets, and who belongs to which home.
 *
 * @returns paths that could not be restricted, with the reason: another owner, or a file system
 *   without permissions
 */
export function restrictPermissions(
	data: string,
): { readonly path: string; readonly why: string }[] {
	// For files created from now on, by SQLite and the child processes too.
	process.umask(0o077);
	const authority = join(data, 'authority');
	const certificateFiles = isLink(authority)
		? []
		: namesIn(authority).map((name) => join(authority, name));
	const ownFiles = namesIn(data).filter((name) => OWN_FILES.test(name));
	const files = [...ownFiles.map((name) => join(data, name)), ...certificateFiles];
	const inside = [
		...(certificateFiles.length > 0 || isLink(authority) ? [[authority, 0o700] as const] : []),
		...files.map((path) => [path, 0o600] as const),
	];
	return [
		...close(data, 0o700),
		// Never follows links: if others could write here, one may lead to a file that is not ours.
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
		// SQLite deleted its file in the meantime.
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
