import { Serial } from '#domain/base/serial.ts';
import { Listeners } from '#domain/base/listeners.ts';
import type { WakeLockState } from '#domain/recording/wake-lock.ts';
import type { ScreenWakeLock } from '#ports/device/wake-lock.ts';

/**
 * The screen wake lock. The browser releases it when the page is hidden; it is requested again when
 * the page is visible.
 */
export class BrowserWakeLock implements ScreenWakeLock {
	readonly #listeners = new Listeners();
	#state: WakeLockState = 'unwanted';
	#wanted = false;
	#lock: WakeLockSentinel | null = null;
	readonly #serial = new Serial();

	constructor() {
		document.addEventListener('visibilitychange', () => {
			this.#settle();
		});
	}

	get state(): WakeLockState {
		return this.#state;
	}

	setWanted(wanted: boolean): void {
		if (wanted === this.#wanted) return;
		this.#wanted = wanted;
		this.#settle();
	}

	on(listener: () => void): () => void {
		return this.#listeners.add(listener);
	}

	/** Serialised: a request must not resolve after its release. */
	#settle(): void {
		void this.#serial.run(async () => this.#become(await this.#ask()));
	}

	async #ask(): Promise<WakeLockState> {
		if (!('wakeLock' in navigator)) return this.#wanted ? 'missing' : 'unwanted';
		try {
			if (!this.#wanted) {
				await this.#lock?.release();
				this.#lock = null;
				return 'unwanted';
			}
			// A hidden page loses the lock; it is requested again when the page is visible.
			if (!document.hidden && (this.#lock === null || this.#lock.released)) {
				this.#lock = await navigator.wakeLock.request('screen');
			}
			return 'held';
		} catch {
			// Low battery, or a policy.
			this.#lock = null;
			return this.#wanted ? 'refused' : 'unwanted';
		}
	}

	#become(state: WakeLockState): void {
		if (state === this.#state) return;
		this.#state = state;
		this.#listeners.notify();
	}
}
