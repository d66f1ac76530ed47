import { createSubscriber } from 'svelte/reactivity';
import type { Updates } from '#ports/app/updates.ts';

/**
 * How far the change to a newer version is. `refused`: a tab of this browser records; `missing`:
 * there is none.
 */
export type Change = 'none' | 'under-way' | 'refused' | 'failed' | 'missing';

/** A newer version of the app, and the change to it, which only a person starts. */
export class Version {
	change = $state<Change>('none');
	#updates = $state.raw<Updates | null>(null);
	readonly #load: () => Promise<Updates | null>;
	#subscribe: () => void = () => undefined;
	#begun = false;

	/** `load` gives `null` where nothing is kept on the device, as in development. */
	constructor(load: () => Promise<Updates | null>) {
		this.#load = load;
	}

	get newer(): boolean {
		this.#subscribe();
		return (this.#updates?.newer ?? 'none') !== 'none';
	}

	/** Call it when the app is up: nothing that is shown waits for this. Never throws. */
	async begin(): Promise<void> {
		if (this.#begun) return;
		this.#begun = true;
		try {
			const updates = await this.#load();
			if (updates === null) return;
			this.#subscribe = createSubscriber((update) => updates.on(update));
			this.#updates = updates;
			await updates.begin();
		} catch {
			// A part did not load: the layout says so.
			this.#begun = false;
		}
	}

	/** Fetches the newer version that must be somewhere, and changes to it. Never throws. */
	async fetch(): Promise<void> {
		if (this.change === 'under-way') return;
		this.change = 'under-way';
		await this.begin();
		await this.#updates?.look();
		this.change = 'none';
		if (this.newer) await this.use();
		// Nothing is kept on this device: the server's own is the newest.
		else if (!('serviceWorker' in navigator) || navigator.serviceWorker.controller === null)
			location.reload();
		else this.change = 'missing';
	}

	/** Changes to the newer version and loads this page anew, unless a tab records. Never throws. */
	async use(): Promise<void> {
		const updates = this.#updates;
		if (updates === null || this.change === 'under-way') return;
		this.change = 'under-way';
		try {
			if (await updates.recording()) {
				this.change = 'refused';
				return;
			}
			await updates.take();
			// Somebody may have pressed start meanwhile.
			if (await updates.recording()) this.change = 'refused';
			else updates.reload();
		} catch {
			this.change = 'failed';
		}
	}
}
