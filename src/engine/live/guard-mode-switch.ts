import { Fault } from '#domain/base/fault.ts';

/** Guard mode as another device may ask for it: the camera's screen does it, while it is there. */
export class GuardModeSwitch {
	#on = false;
	#screen: ((on: boolean) => void) | null = null;
	readonly #listeners = new Set<() => void>();

	get on(): boolean {
		return this.#on;
	}

	listen(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** The screen that does what is asked, until the returned function is called. */
	serve(screen: (on: boolean) => void): () => void {
		this.#screen = screen;
		return () => {
			if (this.#screen !== screen) return;
			this.#screen = null;
			this.report(false);
		};
	}

	/** The screen says how it stands. */
	report(on: boolean): void {
		if (on === this.#on) return;
		this.#on = on;
		for (const listener of this.#listeners) listener();
	}

	/** Throws `unavailable` where no screen of the camera is open. */
	request(on: boolean): void {
		if (this.#screen === null) throw new Fault('unavailable', 'the camera’s screen is not open');
		this.#screen(on);
	}
}
