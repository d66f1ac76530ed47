/** Who wants to hear of something. A listener that is added twice is called once. */
export class Listeners<Args extends readonly unknown[] = []> {
	readonly #listeners = new Set<(...args: Args) => void>();

	get size(): number {
		return this.#listeners.size;
	}

	/** Returns what removes it again. */
	add(listener: (...args: Args) => void): () => void {
		this.#listeners.add(listener);
		return () => {
			this.#listeners.delete(listener);
		};
	}

	/** Nobody hears any more. */
	clear(): void {
		this.#listeners.clear();
	}

	/** Whoever is added meanwhile hears of the next one; whoever is removed, of none. */
	notify(...args: Args): void {
		for (const listener of [...this.#listeners])
			if (this.#listeners.has(listener)) listener(...args);
	}
}

/** A listener that hears only of these changes. */
export function only<Change>(
	changes: readonly NoInfer<Change>[],
	listener: () => void,
): (change: Change) => void {
	return (change) => {
		if (changes.includes(change)) listener();
	};
}
