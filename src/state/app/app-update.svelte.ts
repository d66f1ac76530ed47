import { createSubscriber } from 'svelte/reactivity';
import type { Updates } from '#ports/app/updates.ts';

/**
 * How far the change to a newer version is. `refused`: a tab of this browser records; `missing`:
 * there is none.
 */
export type UpdateStatus = 'none' | 'under-way' | 'refused' | 'failed' | 'missing';

/** A newer version of the app, and the change to it, which only a person starts. */
export class AppUpdate {
	status = $state<UpdateStatus>('none');
	#updates = $state.raw<Updates | null>(null);
	readonly #load: () => Promise<Updates | null>;
	#subscribe: () => void = () => undefined;
	#begun = false;

	/** `load` gives `null` where nothing is kept on the device, as in development. */
	constructor(load: () => Promise<Updates | null>) {
		this.#load = load;
	}

	get available(): boolean {
		this.#subscribe();
		return (this.#updates?.state ?? 'none') !== 'none';
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
		if (this.status === 'under-way') return;
		this.status = 'under-way';
		await this.begin();
		await this.#updates?.check();
		this.status = 'none';
		if (this.available) await this.apply();
		// Nothing is kept on this device: the server's own is the newest.
		else if (!('serviceWorker' in navigator) || navigator.serviceWorker.controller === null)
			location.reload();
		else this.status = 'missing';
	}

	/** Changes to the newer version and loads this page anew, unless a tab records. Never throws. */
	async apply(): Promise<void> {
		const updates = this.#updates;
		if (updates === null || this.status === 'under-way') return;
		this.status = 'under-way';
		try {
			if (await updates.anyTabRecords()) {
				this.status = 'refused';
				return;
			}
			await updates.activate();
			// Somebody may have pressed start meanwhile.
			if (await updates.anyTabRecords()) this.status = 'refused';
			else updates.reload();
		} catch {
			this.status = 'failed';
		}
	}
}
