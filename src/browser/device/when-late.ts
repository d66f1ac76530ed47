/** How much later than asked for a timer may ring on a page that runs. */
const PUNCTUAL_MS = 250;
const ONCE_MORE_MS = 1000;

/**
 * Rings when nothing has called it off after `ms` of a page that runs. A timer that rings much too
 * late says that the page stood still: what it waits for may be in the queue behind it, so that is
 * heard first. Returns what calls it off.
 */
export function whenLate(ms: number, ring: () => void): () => void {
	const dueMs = performance.now() + ms;
	let timer = setTimeout(() => {
		if (performance.now() - dueMs < PUNCTUAL_MS) ring();
		else timer = setTimeout(ring, ONCE_MORE_MS);
	}, ms);
	return () => clearTimeout(timer);
}
