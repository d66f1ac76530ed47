import {
	retryAfterMs,
	silence,
	initialWatchdog,
	nextWatchdog,
	type Pulse,
	type WatchdogState,
} from '#domain/recording/watchdog.ts';
import type { Clock } from '#ports/device/clock.ts';

const TICK_MS = 1000;

/**
 * The recorder's timers: a check every second, and retries with increasing delays. Rules:
 * docs/spec/watchdog.md.
 */
export class WatchdogTimers {
	/** Consecutive failures; a saved segment resets the count. */
	failures = 0;
	readonly #clock: Clock;
	readonly #tick: () => void;
	readonly #retry: () => void;
	#watch: WatchdogState | null = null;
	#cancelTick: (() => void) | null = null;
	#cancelRetry: (() => void) | null = null;

	constructor(clock: Clock, tick: () => void, retry: () => void) {
		this.#clock = clock;
		this.#tick = tick;
		this.#retry = retry;
	}

	/** Watches a new encoding from now on. */
	begin(pulse: Pulse): void {
		this.#watch = initialWatchdog(pulse, this.#clock.monotonicMs(), this.failures);
		this.#cancelTick ??= this.#clock.every(TICK_MS, this.#tick);
	}

	/** What has stalled; `null`: nothing. */
	check(pulse: Pulse): 'frames' | 'fragments' | null {
		if (this.#watch === null) return null;
		const nowMs = this.#clock.monotonicMs();
		this.#watch = nextWatchdog(this.#watch, pulse, nowMs);
		return silence(this.#watch, nowMs);
	}

	/** Counts a failure and schedules the next attempt. */
	failed(): void {
		this.failures += 1;
		this.#cancelRetry?.();
		this.#cancelRetry = this.#clock.after(retryAfterMs(this.failures), this.#retry);
	}

	/** An attempt is being made now: cancels the scheduled one. */
	retrying(): void {
		this.#cancelRetry?.();
		this.#cancelRetry = null;
	}

	end(): void {
		this.retrying();
		this.#cancelTick?.();
		this.#cancelTick = null;
		this.#watch = null;
	}
}
