/**
 * Waits for a state that only needs promises to go on; time stands still meanwhile. Throws after a
 * while.
 */
export async function until(so: () => boolean, ms = 30_000): Promise<void> {
	const deadline = performance.now() + ms;
	while (!so()) {
		if (performance.now() > deadline) throw new Error(`it did not come to be: ${String(so)}`);
		await new Promise((done) => setTimeout(done, 2));
	}
}

/** Until something that must be asked for is so. */
export async function eventually(so: () => Promise<boolean>): Promise<void> {
	const deadline = performance.now() + 10_000;
	while (!(await so())) {
		if (performance.now() > deadline) throw new Error(`it did not come to be: ${String(so)}`);
		await new Promise((done) => setTimeout(done, 5));
	}
}
