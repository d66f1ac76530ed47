import { subscribed } from './subscribed.ts';
import type { Installation } from '#ports/app/installer.ts';
import type { Engine } from './engine.ts';

/** Where the browser has its install command. */
export type InstallMethod = 'ios' | 'mac' | 'firefox-phone' | 'firefox-computer' | 'menu';

/** Whether the app is installed, and how to install it. */
export class InstallPrompt {
	readonly method: InstallMethod;
	readonly #engine: Engine;
	readonly #subscribe: () => void;

	constructor(engine: Engine) {
		this.#engine = engine;
		this.#subscribe = subscribed(engine.installer);
		const { engine: browser, mobile } = engine.features;
		if (browser === 'webkit') this.method = mobile ? 'ios' : 'mac';
		else if (browser === 'firefox') this.method = mobile ? 'firefox-phone' : 'firefox-computer';
		else this.method = 'menu';
	}

	get state(): Installation {
		this.#subscribe();
		return this.#engine.installer.state;
	}

	prompt(): Promise<void> {
		return this.#engine.installer.prompt();
	}
}
