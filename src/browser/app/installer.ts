import type { Installation, Installer } from '#ports/app/installer.ts';

/** `BeforeInstallPromptEvent`, which only Chromium fires. */
interface InstallPromptEvent extends Event {
	prompt(): Promise<unknown>;
}

/** Construct it with the page: the install event fires once, and early. */
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
		// An install prompt can be shown only once.
		this.#set(null);
		try {
			await offer?.prompt();
		} catch {
			// The browser did not ask; the screen now shows how to install by hand.
		}
	}

	#set(offer: InstallPromptEvent | null): void {
		this.#offer = offer;
		for (const listener of this.#listeners) listener();
	}
}
