import type { Clock } from '#ports/device/clock.ts';

/** Tries something again and again: how often it failed, and the one timer of the next try. */
export class RetrySchedule {
	readonly #clock: Pick<Clock, 'after'>;
	readonly #delayMs: (failures: number) => number | null;
	#failures = 0;
	#cancel: () => void = () => undefined;

	/** `delayMs`: the wait after so many earlier failures; `null`: no further try. */
	constructor(clock: Pick<Clock, 'after'>, delayMs: (failures: number) => number | null) {
		this.#clock = clock;
		this.#delayMs = delayMs;
	}

	/** It failed: runs `work` after the next delay. Returns that delay; `null`: no further try. */
	failed(work: () => void, delayMs = this.#delayMs(this.#failures)): number | null {
		this.#failures += 1;
		if (delayMs === null) this.stop();
		else this.after(delayMs, work);
		return delayMs;
	}

	/** Runs `work` after `ms`, in place of what waits; counts no failure. */
	after(ms: number, work: () => void): void {
		this.stop();
		this.#cancel = this.#clock.after(ms, work);
	}

	/** It succeeded: the delays start over. What waits still runs. */
	reset(): void {
		this.#failures = 0;
	}

	stop(): void {
		this.#cancel();
		this.#cancel = () => undefined;
	}
}
