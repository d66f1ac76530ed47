/**
 * Connects a child process (`live`, `store`) to its supervisor. Without a supervisor it exits;
 * nothing that was confirmed is lost.
 */
export function connectToSupervisor(
	receive: (message: unknown) => void,
): (message: { t: string }) => void {
	if (!process.send) {
		console.error('Start this program with npm start, not directly.');
		process.exit(2);
	}
	process.on('message', receive);
	process.on('disconnect', () => process.exit(0));
	// Ignored: a terminal signals the whole process group, but the supervisor stops its children in
	// order.
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
		process.on(signal, () => undefined);
	return (message) => {
		if (process.connected) process.send?.(message);
	};
}
