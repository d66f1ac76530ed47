import { Listeners } from '#domain/base/listeners.ts';
import type { Workbox } from 'workbox-window';
import { Fault } from '#domain/base/fault.ts';
import type { UpdateState, Updates } from '#ports/app/updates.ts';
import { anyCameraLocked } from '#browser/device/camera-lock.ts';
import { trustedWorkerUrl } from '#browser/device/trusted-worker-url.ts';

const ACTIVATE_TIMEOUT_MS = 10_000;
const INSTALL_TIMEOUT_MS = 60_000;
const CHECK_INTERVAL_MS = 60 * 60 * 1000;
/** Do not check again each time the tab becomes visible. */
const MIN_CHECK_AGE_MS = 60 * 1000;

/** The service worker as seen by the page. Without service workers the state stays `none`. */
export class ServiceWorkerUpdates implements Updates {
	state: UpdateState = 'none';
	readonly #listeners = new Listeners();
	#workbox: Workbox | null = null;
	#registration: ServiceWorkerRegistration | undefined;
	#begun = false;
	#checkedMs = 0;

	on(listener: () => void): () => void {
		return this.#listeners.add(listener);
	}

	async begin(): Promise<void> {
		if (this.#begun || !('serviceWorker' in navigator)) return;
		this.#begun = true;
		try {
			const { Workbox } = await import('workbox-window');
			const workbox = new Workbox(trustedWorkerUrl('/service-worker.js'));
			// The first worker to take control serves the version that this page already runs.
			let first = navigator.serviceWorker.controller === null;
			workbox.addEventListener('waiting', () => this.#set('waiting'));
			workbox.addEventListener('controlling', () => {
				if (!first) this.#set('in-charge');
				first = false;
			});
			this.#registration = await workbox.register();
			this.#workbox = workbox;
			this.#checkedMs = performance.now();
			setInterval(() => void this.#checkNow(), CHECK_INTERVAL_MS);
			document.addEventListener('visibilitychange', () => {
				if (!document.hidden && performance.now() - this.#checkedMs > MIN_CHECK_AGE_MS)
					void this.#checkNow();
			});
		} catch {
			// No service workers here (a private window, for example): the app works, but not offline.
			this.#begun = false;
		}
	}

	anyTabRecords(): Promise<boolean> {
		return anyCameraLocked();
	}

	activate(): Promise<void> {
		if (this.state !== 'waiting') return Promise.resolve();
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => {
				off();
				reject(new Fault('timeout', 'the new version of the app did not take control within 10 s'));
			}, ACTIVATE_TIMEOUT_MS);
			const off = this.on(() => {
				if (this.state !== 'in-charge') return;
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

	async check(): Promise<void> {
		await this.#checkNow();
		const coming = this.#registration?.installing;
		if (!coming) return;
		await new Promise<void>((resolve) => {
			setTimeout(resolve, INSTALL_TIMEOUT_MS);
			coming.addEventListener('statechange', () => {
				if (coming.state !== 'installing') resolve();
			});
		});
		if (this.#registration?.waiting && this.state === 'none') this.#set('waiting');
	}

	async #checkNow(): Promise<void> {
		this.#checkedMs = performance.now();
		try {
			await this.#registration?.update();
		} catch {
			// Offline, or the server is gone: the installed version keeps working.
		}
		// Another tab may have fetched it before this tab listened.
		if (this.#registration?.waiting && this.state === 'none') this.#set('waiting');
	}

	#set(state: UpdateState): void {
		this.state = state;
		this.#listeners.notify();
	}
}
