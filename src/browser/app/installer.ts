import { Listeners } from '#domain/base/listeners.ts';
import type { Installation, Installer } from '#ports/app/installer.ts';

/** `BeforeInstallPromptEvent`, which only Chromium fires. */
interface InstallPromptEvent extends Event {
	prompt(): Promise<unknown>;
}

/** Construct it with the page: the install event fires once, and early. */
export class BrowserInstaller implements Installer {
	readonly #listeners = new Listeners();
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
		return this.#listeners.add(listener);
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
		this.#listeners.notify();
	}
}
