import { once } from 'node:events';
import { chmodSync, chownSync, lstatSync, unlinkSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { Fault } from '#domain/base/fault.ts';

/** Bytes of a path, without the zero at its end (unix(7)); Linux has four more than others. */
const MAX_PATH_BYTES = process.platform === 'linux' ? 107 : 103;

/**
 * Listens on a unix socket that this account may use, and with a group that group, too. Takes the
 * place of a socket that nobody answers at any more.
 * @throws Fault `malformed` for a path that is too long, `conflict` if another process answers
 *   there or it is no socket, `denied`, `unavailable`
 */
export async function listenAt(server: Server, path: string, gid: number | null): Promise<void> {
	if (Buffer.byteLength(path) > MAX_PATH_BYTES)
		throw new Fault(
			'malformed',
			`The path ${path} is too long for a socket (at most ${String(MAX_PATH_BYTES)} bytes). Give a shorter one as footageSocket in settings.json, such as /run/spy-cam/footage.sock.`,
		);
	await removeDead(path);
	// Nobody else may connect before the mode is set.
	const before = process.umask(0o177);
	try {
		server.listen(path);
		await once(server, 'listening');
	} catch (error) {
		const code = codeOf(error);
		throw new Fault(
			code === 'EACCES' || code === 'EPERM' ? 'denied' : 'unavailable',
			`Spy-cam cannot make its socket ${path} (${code}).`,
			error,
		);
	} finally {
		process.umask(before);
	}
	if (gid === null) return;
	try {
		chownSync(path, -1, gid);
		chmodSync(path, 0o660);
	} catch (error) {
		server.close();
		throw new Fault(
			'denied',
			`Spy-cam cannot give its socket ${path} to the group of footageGroup (${codeOf(error)}): its account must be a member of it.`,
			error,
		);
	}
}

/** Removes the socket of a process that was killed. */
async function removeDead(path: string): Promise<void> {
	const found = lstatSync(path, { throwIfNoEntry: false });
	if (found === undefined) return;
	if (!found.isSocket())
		throw new Fault('conflict', `${path} is there and is no socket: remove it, or name another.`);
	const socket = connect(path);
	try {
		await once(socket, 'connect');
	} catch (error) {
		if (codeOf(error) === 'ECONNREFUSED') unlinkSync(path);
		else if (codeOf(error) !== 'ENOENT')
			throw new Fault('denied', `Spy-cam cannot use its socket ${path} (${codeOf(error)}).`, error);
		return;
	} finally {
		socket.destroy();
	}
	throw new Fault('conflict', `Another process answers at ${path}, perhaps another Spy-cam.`);
}

function codeOf(error: unknown): string {
	return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
