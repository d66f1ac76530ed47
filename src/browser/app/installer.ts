import type { Installation, Installer } from '#ports/app/installer.ts';

/** Chromium's offer to install; no other browser makes one. */
interface InstallPromptEvent extends Event {
	prompt(): Promise<unknown>;
}

/** Made with the page: the offer comes once, and early. */
export class BrowserInstaller implements Installer {
	readonly #listeners = new Set<() => void>();
	#offer: InstallPromptEvent | null = null;
	#installed = globalThis.matchMedia('(display-mode: standalone)').matches;

	constructor() {
		addEventListener('beforeinstallprompt', (event) => {
			event.preventDefault();
			this.#set(event as InstallPromptEvent);
		});
		addEventListener('appinstalled', () => {
			this.#installed = true;
			this.#set(null);
		});
	}

	get state(): Installation {
		if (this.#installed) return 'installed';
		return this.#offer === null ? 'by-hand' : 'offered';
	}

	on(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	async prompt(): Promise<void> {
		const offer = this.#offer;
		// An offer is good for one question.
		this.#set(null);
		try {
			await offer?.prompt();
		} catch {
			// The browser did not ask: the words for doing it by hand are there now.
		}
	}

	#set(offer: InstallPromptEvent | null): void {
		this.#offer = offer;
		for (const listener of this.#listeners) listener();
	}
}
