/** Runs one piece of work after the other, in the order in which they came. */
export class Serial {
	#last: Promise<unknown> = Promise.resolve();

	/** Settles as the work does; a failure does not hold up what follows. */
	run<T>(work: () => T | Promise<T>): Promise<T> {
		const done = this.#last.then(work);
		this.#last = done.catch(() => undefined);
		return done;
	}
}
