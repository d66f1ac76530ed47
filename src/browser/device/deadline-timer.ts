/** How much later than asked for a timer may ring on a page that runs. */
const TOLERANCE_MS = 250;
const GRACE_MS = 1000;

/**
 * Rings when nothing has called it off after `ms` of a page that runs. A timer that rings much too
 * late says that the page stood still: what it waits for may be in the queue behind it, so that is
 * heard first. Returns what calls it off.
 */
export function startDeadlineTimer(ms: number, expire: () => void): () => void {
	const dueMs = performance.now() + ms;
	let timer = setTimeout(() => {
		if (performance.now() - dueMs < TOLERANCE_MS) expire();
		else timer = setTimeout(expire, GRACE_MS);
	}, ms);
	return () => clearTimeout(timer);
}
