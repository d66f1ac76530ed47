import { Listeners } from '#domain/base/listeners.ts';

/**
 * How many uploads a device has under way at once: a browser opens six connections to a server, and
 * its user needs the others. Whoever waited longest goes first, so that a camera with much to send
 * does not hold up another.
 */
export class UploadSlots {
	readonly #most: number;
	readonly #listeners = new Listeners();
	#taken = 0;
	#waiting: readonly object[] = [];

	constructor(most: number) {
		this.#most = most;
	}

	/** `null`: it is not the turn of `of`; ask again when told. The result gives it back. */
	take(of: object): (() => void) | null {
		const free = this.#most - this.#taken;
		if (!this.#waiting.includes(of)) this.#waiting = [...this.#waiting, of];
		if (this.#waiting.indexOf(of) >= free) return null;
		this.#waiting = this.#waiting.filter((one) => one !== of);
		this.#taken += 1;
		let held = true;
		return () => {
			if (!held) return;
			held = false;
			this.#taken -= 1;
			this.#listeners.notify();
		};
	}

	/** It wants none any more. */
	leave(of: object): void {
		if (!this.#waiting.includes(of)) return;
		this.#waiting = this.#waiting.filter((one) => one !== of);
		this.#listeners.notify();
	}

	/** Called when it may be another one's turn. */
	on(listener: () => void): () => void {
		return this.#listeners.add(listener);
	}
}
