/** What live and store have in common as children of the supervisor. */

/** Without its supervisor a child is nobody's: it ends, and nothing that was confirmed is lost. */
export function connectToSupervisor(
	hear: (message: unknown) => void,
): (message: { t: string }) => void {
	if (!process.send) {
		console.error('This program is started by npm start, and not by itself.');
		process.exit(2);
	}
	process.on('message', hear);
	process.on('disconnect', () => process.exit(0));
	// A terminal sends these to the whole group; the supervisor stops its children in order.
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
		process.on(signal, () => undefined);
	return (message) => {
		if (process.connected) process.send?.(message);
	};
}
