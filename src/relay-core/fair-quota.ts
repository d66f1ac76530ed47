/**
 * Capacity shared by many owners. When it is exceeded, the largest owner loses its oldest item: a
 * flood evicts only its own.
 */
export class FairQuota<T> {
	readonly #max: number;
	readonly #owners = new Map<string, { taken: number; readonly items: Map<T, number> }>();
	#taken = 0;

	/** @param max in the unit that `size` has */
	constructor(max: number) {
		this.#max = max;
	}

	get taken(): number {
		return this.#taken;
	}

	/** Adding to an existing item increases its size and keeps its age. */
	add(owner: string, item: T, size: number): void {
		let usage = this.#owners.get(owner);
		if (!usage) this.#owners.set(owner, (usage = { taken: 0, items: new Map() }));
		usage.items.set(item, (usage.items.get(item) ?? 0) + size);
		usage.taken += size;
		this.#taken += size;
	}

	remove(owner: string, item: T): void {
		const usage = this.#owners.get(owner);
		const size = usage?.items.get(item);
		if (!usage || size === undefined) return;
		usage.items.delete(item);
		usage.taken -= size;
		this.#taken -= size;
		if (usage.items.size === 0) this.#owners.delete(owner);
	}

	/** The next item to evict; the caller removes it. `null`: everything fits. */
	get excess(): T | null {
		if (this.#taken <= this.#max) return null;
		let largest: { taken: number; readonly items: Map<T, number> } | null = null;
		for (const usage of this.#owners.values())
			if (largest === null || usage.taken > largest.taken) largest = usage;
		const [oldest] = largest?.items.keys() ?? [];
		return oldest ?? null;
	}
}
