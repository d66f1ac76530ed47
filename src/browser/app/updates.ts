import type { Workbox } from 'workbox-window';
import { Fault } from '#domain/base/fault.ts';
import type { Newer, Updates } from '#ports/app/updates.ts';
import { anyCameraTaken } from '#browser/device/tenure.ts';
import { trustedWorker } from '#browser/device/trusted.ts';

const TAKE_MS = 10_000;
const FETCH_MS = 60_000;
const LOOK_EVERY_MS = 60 * 60 * 1000;
/** Not at every glance at the tab. */
const LOOK_AGAIN_MS = 60 * 1000;

/** The service worker as the page sees it. Where a browser has none, nothing is ever newer. */
export class ServiceWorkerUpdates implements Updates {
	newer: Newer = 'none';
	readonly #listeners = new Set<() => void>();
	#workbox: Workbox | null = null;
	#registration: ServiceWorkerRegistration | undefined;
	#begun = false;
	#lookedMs = 0;

	on(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	async begin(): Promise<void> {
		if (this.#begun || !('serviceWorker' in navigator)) return;
		this.#begun = true;
		try {
			const { Workbox } = await import('workbox-window');
			const workbox = new Workbox(trustedWorker('/service-worker.js'));
			// The very first one takes charge of a page that is of its own version.
			let first = navigator.serviceWorker.controller === null;
			workbox.addEventListener('waiting', () => this.#set('waiting'));
			workbox.addEventListener('controlling', () => {
				if (!first) this.#set('in-charge');
				first = false;
			});
			this.#registration = await workbox.register();
			this.#workbox = workbox;
			this.#lookedMs = performance.now();
			setInterval(() => void this.#look(), LOOK_EVERY_MS);
			document.addEventListener('visibilitychange', () => {
				if (!document.hidden && performance.now() - this.#lookedMs > LOOK_AGAIN_MS)
					void this.#look();
			});
		} catch {
			// No service worker here (a private window, say): the app works, but not offline.
			this.#begun = false;
		}
	}

	recording(): Promise<boolean> {
		return anyCameraTaken();
	}

	take(): Promise<void> {
		if (this.newer !== 'waiting') return Promise.resolve();
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => {
				off();
				reject(new Fault('timeout', 'the new version did not take charge'));
			}, TAKE_MS);
			const off = this.on(() => {
				if (this.newer !== 'in-charge') return;
				clearTimeout(timer);
				off();
				resolve();
			});
			this.#workbox?.messageSkipWaiting();
		});
	}

	reload(): void {
		globalThis.location.reload();
	}

	async look(): Promise<void> {
		await this.#look();
		const coming = this.#registration?.installing;
		if (!coming) return;
		await new Promise<void>((resolve) => {
			setTimeout(resolve, FETCH_MS);
			coming.addEventListener('statechange', () => {
				if (coming.state !== 'installing') resolve();
			});
		});
		if (this.#registration?.waiting && this.newer === 'none') this.#set('waiting');
	}

	async #look(): Promise<void> {
		this.#lookedMs = performance.now();
		try {
			await this.#registration?.update();
		} catch {
			// Offline, or the server is gone: what is here goes on working.
		}
		// Another tab may have fetched it before this one listened.
		if (this.#registration?.waiting && this.newer === 'none') this.#set('waiting');
	}

	#set(newer: Newer): void {
		this.newer = newer;
		for (const listener of this.#listeners) listener();
	}
}
