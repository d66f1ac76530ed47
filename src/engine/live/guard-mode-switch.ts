import { Listeners } from '#domain/base/listeners.ts';
import { Fault } from '#domain/base/fault.ts';

/**
 * Guard mode as other devices may request it; carried out by the camera's screen, if one is open.
 */
export class GuardModeSwitch {
	#on = false;
	#screen: ((on: boolean) => void) | null = null;
	readonly #listeners = new Listeners();

	get on(): boolean {
		return this.#on;
	}

	listen(listener: () => void): () => void {
		return this.#listeners.add(listener);
	}

	/** Registers the screen that carries out requests, until the returned function is called. */
	serve(screen: (on: boolean) => void): () => void {
		this.#screen = screen;
		return () => {
			if (this.#screen !== screen) return;
			this.#screen = null;
			this.report(false);
		};
	}

	/** Called by the screen whenever guard mode changes. */
	report(on: boolean): void {
		if (on === this.#on) return;
		this.#on = on;
		this.#listeners.notify();
	}

	/** Throws `unavailable` if no screen of the camera is open. */
	request(on: boolean): void {
		if (this.#screen === null)
			throw new Fault('unavailable', 'cannot switch guard mode: no screen of the camera is open');
		this.#screen(on);
	}
}
