/** The screen's wake lock: taken, lost whenever the page is hidden, and taken again. */
export class ScreenAwake {
	#wanted = false;
	#lock: WakeLockSentinel | null = null;

	constructor() {
		document.addEventListener('visibilitychange', () => {
			void this.#settle();
		});
	}

	want(wanted: boolean): void {
		if (wanted === this.#wanted) return;
		this.#wanted = wanted;
		void this.#settle();
	}

	async #settle(): Promise<void> {
		if (!('wakeLock' in navigator)) return;
		try {
			if (!this.#wanted) {
				await this.#lock?.release();
				this.#lock = null;
			} else if (!document.hidden && (this.#lock === null || this.#lock.released)) {
				this.#lock = await navigator.wakeLock.request('screen');
			}
		} catch {
			// Low battery or a policy: the page has said that it cannot promise this.
			this.#lock = null;
		}
	}
}
