import type { Socket } from 'node:net';

/**
 * Resolves when a connection is closed, whether by an end or a reset. `once` of node:events would
 * reject at a reset, and `end` is not emitted then.
 */
export function over(socket: Socket): Promise<void> {
	socket.on('error', () => undefined);
	return new Promise((resolve) => {
		socket.once('close', () => {
			resolve();
		});
	});
}
