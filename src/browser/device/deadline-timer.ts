/** How late a timer may fire on a page that is not suspended. */
const TOLERANCE_MS = 250;
const GRACE_MS = 1000;

/**
 * Calls `expire` after `ms` unless cancelled. A timer that fires much too late means that the page
 * was suspended: the awaited event may be queued behind it, so it gets a grace period. Returns the
 * cancel function.
 */
export function startDeadlineTimer(ms: number, expire: () => void): () => void {
	const dueMs = performance.now() + ms;
	let timer = setTimeout(() => {
		if (performance.now() - dueMs < TOLERANCE_MS) expire();
		else timer = setTimeout(expire, GRACE_MS);
	}, ms);
	return () => clearTimeout(timer);
}
