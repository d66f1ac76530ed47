/** Holds at most `max` entries; evicts the one inserted first. */
export class FifoCache<T> {
	readonly #things = new Map<string, T>();
	readonly #max: number;

	constructor(max: number) {
		this.#max = max;
	}

	get(key: string): T | undefined {
		return this.#things.get(key);
	}

	set(key: string, thing: T): void {
		this.#things.set(key, thing);
		for (const [oldest] of this.#things) {
			if (this.#things.size <= this.#max) break;
			this.#things.delete(oldest);
		}
	}

	delete(key: string): void {
		this.#things.delete(key);
	}

	clear(): void {
		this.#things.clear();
	}

	values(): Iterable<T> {
		return this.#things.values();
	}
}
