import type { Network } from '#ports/network/network.ts';

/** A page whose network comes back when the test says so. */
export class FakeNetwork implements Network {
	readonly origin: string;
	metered: boolean | null = null;
	readonly #listeners = new Set<() => void>();

	constructor(origin = 'https://app.example') {
		this.origin = origin;
	}

	onAvailable(back: () => void): () => void {
		this.#listeners.add(back);
		return () => this.#listeners.delete(back);
	}

	back(): void {
		for (const listener of this.#listeners) listener();
	}
}
