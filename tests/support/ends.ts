import type { Socket } from 'node:net';

/**
 * Resolves when a connection is over, however it ended: an end, a reset, or a late close. `once` of
 * node:events would reject at the reset, and `end` never comes with one.
 */
export function over(socket: Socket): Promise<void> {
	socket.on('error', () => undefined);
	return new Promise((resolve) => {
		socket.once('close', () => {
			resolve();
		});
	});
}
