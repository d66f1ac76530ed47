import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Fault } from '#domain/base/fault.ts';
import type { FootagePlace } from '#relay/base/ipc.ts';
import type { Settings } from './settings.ts';

/**
 * Where footage and its socket are.
 * @throws Fault `malformed` if the group is unknown, or could not reach the socket
 */
export function footagePlaceOf(
	data: string,
	{
		footageSocket,
		footageGroup,
		footageCapGB,
	}: Pick<Settings, 'footageSocket' | 'footageGroup' | 'footageCapGB'>,
	groups = '/etc/group',
): FootagePlace {
	const socket = footageSocket ?? join(data, 'footage.sock');
	const gid = footageGroup === null ? null : groupIdOf(footageGroup, groups);
	if (gid !== null && !relative(data, socket).startsWith('..'))
		throw new Fault(
			'malformed',
			`footageGroup cannot reach ${socket}: the data folder is closed to all others. Give another path as footageSocket, such as /run/spy-cam/footage.sock.`,
		);
	return {
		...{ folder: join(data, 'footage'), index: join(data, 'footage.sqlite') },
		...{ socket, gid, ballast: join(data, 'footage.ballast') },
		capBytes: footageCapGB === null ? null : Math.floor(footageCapGB * 1e9),
	};
}

function groupIdOf(group: string | number, file: string): number {
	if (typeof group === 'number') return group;
	const line = textOf(file)
		.split('\n')
		.map((one) => one.split(':'))
		.find(([name]) => name === group);
	const gid = Number(line?.[2]);
	if (!Number.isInteger(gid))
		throw new Fault('malformed', `footageGroup: this machine has no group "${group}".`);
	return gid;
}

function textOf(file: string): string {
	try {
		return readFileSync(file, 'utf8');
	} catch (error) {
		throw new Fault('unavailable', `${file} cannot be read: give footageGroup as a number.`, error);
	}
}
