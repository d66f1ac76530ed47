import { subscribed } from './subscribed.ts';
import type { Updates } from '#ports/app/updates.ts';

/**
 * Progress of an update. `refused`: a tab of this browser records; `missing`: there is no update.
 */
export type UpdateStatus = 'none' | 'under-way' | 'refused' | 'failed' | 'missing';

/** A newer version of the app, and the update to it, which only the user starts. */
export class AppUpdate {
	status = $state<UpdateStatus>('none');
	#updates = $state.raw<Updates | null>(null);
	readonly #load: () => Promise<Updates | null>;
	#subscribe: () => void = () => undefined;
	#begun = false;

	/** `load` returns `null` where the app is not installed, as in development. */
	constructor(load: () => Promise<Updates | null>) {
		this.#load = load;
	}

	get available(): boolean {
		this.#subscribe();
		return (this.#updates?.state ?? 'none') !== 'none';
	}

	/** Call it once the app is up: nothing on the screen waits for it. Never throws. */
	async begin(): Promise<void> {
		if (this.#begun) return;
		this.#begun = true;
		try {
			const updates = await this.#load();
			if (updates === null) return;
			this.#subscribe = subscribed(updates);
			this.#updates = updates;
			await updates.begin();
		} catch {
			// A chunk did not load; the layout reports it.
			this.#begun = false;
		}
	}

	/** Fetches a newer version that must exist, and updates to it. Never throws. */
	async fetch(): Promise<void> {
		if (this.status === 'under-way') return;
		this.status = 'under-way';
		await this.begin();
		await this.#updates?.check();
		this.status = 'none';
		if (this.available) await this.apply();
		// No service worker controls this page: a reload gets the server's version.
		else if (!('serviceWorker' in navigator) || navigator.serviceWorker.controller === null)
			location.reload();
		else this.status = 'missing';
	}

	/** Activates the newer version and reloads this page, unless a tab records. Never throws. */
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
			// Recording may have started meanwhile.
			if (await updates.anyTabRecords()) this.status = 'refused';
			else updates.reload();
		} catch {
			this.status = 'failed';
		}
	}
}
