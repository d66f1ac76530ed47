/**
 * Room that many share. When it is full, whoever has most of it loses what it has had longest: who
 * floods pushes out its own, and nobody else's.
 */
export class FairQuota<T> {
	readonly #max: number;
	readonly #owners = new Map<string, { taken: number; readonly things: Map<T, number> }>();
	#taken = 0;

	/** @param max in the unit that `size` has */
	constructor(max: number) {
		this.#max = max;
	}

	get taken(): number {
		return this.#taken;
	}

	/** One that is there already grows, and stays as old as it was. */
	add(owner: string, thing: T, size: number): void {
		let whose = this.#owners.get(owner);
		if (!whose) this.#owners.set(owner, (whose = { taken: 0, things: new Map() }));
		whose.things.set(thing, (whose.things.get(thing) ?? 0) + size);
		whose.taken += size;
		this.#taken += size;
	}

	remove(owner: string, thing: T): void {
		const whose = this.#owners.get(owner);
		const size = whose?.things.get(thing);
		if (!whose || size === undefined) return;
		whose.things.delete(thing);
		whose.taken -= size;
		this.#taken -= size;
		if (whose.things.size === 0) this.#owners.delete(owner);
	}

	/** What has to go now, the first first; the caller removes it. `null`: all that is there fits. */
	get excess(): T | null {
		if (this.#taken <= this.#max) return null;
		let most: { taken: number; readonly things: Map<T, number> } | null = null;
		for (const whose of this.#owners.values())
			if (most === null || whose.taken > most.taken) most = whose;
		const [oldest] = most?.things.keys() ?? [];
		return oldest ?? null;
	}
}
