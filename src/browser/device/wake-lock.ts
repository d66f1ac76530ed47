import type { WakeLockState } from '#domain/recording/wake-lock.ts';
import type { ScreenWakeLock } from '#ports/device/wake-lock.ts';

/** The screen's wake lock: taken, lost whenever the page is hidden, and taken again. */
export class BrowserWakeLock implements ScreenWakeLock {
	readonly #listeners = new Set<() => void>();
	#state: WakeLockState = 'unwanted';
	#wanted = false;
	#lock: WakeLockSentinel | null = null;
	#work: Promise<void> = Promise.resolve();

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
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** One after the other: a lock must not come after it was let go. */
	#settle(): void {
		this.#work = this.#work.then(async () => this.#become(await this.#ask()));
	}

	async #ask(): Promise<WakeLockState> {
		if (!('wakeLock' in navigator)) return this.#wanted ? 'missing' : 'unwanted';
		try {
			if (!this.#wanted) {
				await this.#lock?.release();
				this.#lock = null;
				return 'unwanted';
			}
			// Out of sight it is lost, and asked for again when the page comes back.
			if (!document.hidden && (this.#lock === null || this.#lock.released)) {
				this.#lock = await navigator.wakeLock.request('screen');
			}
			return 'held';
		} catch {
			// Low battery or a policy.
			this.#lock = null;
			return this.#wanted ? 'refused' : 'unwanted';
		}
	}

	#become(state: WakeLockState): void {
		if (state === this.#state) return;
		this.#state = state;
		for (const listener of this.#listeners) listener();
	}
}
