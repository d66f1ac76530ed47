import type { Given } from '#ports/app/given.ts';

/** As static/early.js leaves it. */
interface Hand {
	waits(): Given['waits'];
	take(): string | null;
	on(listener: () => void): void;
}

/** `undefined` where the page is not ours, as in tests of components. */
const { spycamGiven: hand } = globalThis as { readonly spycamGiven?: Hand };

export class EarlyGiven implements Given {
	readonly #listeners = new Set<() => void>();

	constructor() {
		hand?.on(() => {
			for (const listener of this.#listeners) listener();
		});
	}

	get waits(): Given['waits'] {
		return hand?.waits() ?? null;
	}

	take(): string | null {
		return hand?.take() ?? null;
	}

	on(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}
}
