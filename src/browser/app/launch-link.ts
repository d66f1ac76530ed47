import { Listeners } from '#domain/base/listeners.ts';
import type { LaunchLink } from '#ports/app/launch-link.ts';

/** What static/early.js exposes. */
interface EarlyScript {
	pending(): LaunchLink['pending'];
	consume(): string | null;
	on(listener: () => void): void;
}

/** `undefined` in pages other than the app's, such as component tests. */
const { spycamLaunchLink: early } = globalThis as { readonly spycamLaunchLink?: EarlyScript };

export class EarlyLaunchLink implements LaunchLink {
	readonly #listeners = new Listeners();

	constructor() {
		early?.on(() => {
			this.#listeners.notify();
		});
	}

	get pending(): LaunchLink['pending'] {
		return early?.pending() ?? null;
	}

	consume(): string | null {
		return early?.consume() ?? null;
	}

	on(listener: () => void): () => void {
		return this.#listeners.add(listener);
	}
}
