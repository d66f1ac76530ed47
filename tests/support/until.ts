/**
 * Polls until `so` is true, for up to `ms`. For states that only wait for promises: no fake timer
 * advances meanwhile.
 */
export async function until(so: () => boolean, ms = 30_000): Promise<void> {
	const deadline = performance.now() + ms;
	while (!so()) {
		if (performance.now() > deadline)
			throw new Error(`the condition was not met in time: ${String(so)}`);
		await new Promise((done) => setTimeout(done, 2));
	}
}

/** Polls an asynchronous condition, for up to 10 s. */
export async function eventually(so: () => Promise<boolean>): Promise<void> {
	const deadline = performance.now() + 10_000;
	while (!(await so())) {
		if (performance.now() > deadline)
			throw new Error(`the condition was not met in time: ${String(so)}`);
		await new Promise((done) => setTimeout(done, 5));
	}
}
