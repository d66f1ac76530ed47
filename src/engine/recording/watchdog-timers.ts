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
 * The recorder's timers: looks every second, and tries again ever more rarely. Rules:
 * docs/spec/watchdog.md.
 */
export class WatchdogTimers {
	/** In a row, without a segment saved between them. */
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

	/** A new take is watched from now on. */
	begin(pulse: Pulse): void {
		this.#watch = initialWatchdog(pulse, this.#clock.monotonicMs(), this.failures);
		this.#cancelTick ??= this.#clock.every(TICK_MS, this.#tick);
	}

	/** What has fallen silent. */
	check(pulse: Pulse): 'frames' | 'fragments' | null {
		if (this.#watch === null) return null;
		const nowMs = this.#clock.monotonicMs();
		this.#watch = nextWatchdog(this.#watch, pulse, nowMs);
		return silence(this.#watch, nowMs);
	}

	/** Counts it, and tries again after a while. */
	failed(): void {
		this.failures += 1;
		this.#cancelRetry?.();
		this.#cancelRetry = this.#clock.after(retryAfterMs(this.failures), this.#retry);
	}

	/** The next try is being made. */
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
