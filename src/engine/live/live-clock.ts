import { clockSampleOf } from '#domain/footage/clock-sample.ts';
import type { Clock } from '#ports/device/clock.ts';

const POLL_MS = 100;

/** A camera's clock for live: wall time that never steps, or an age would jump with it (LV10). */
export class LiveClock {
	/** What makes it of the monotonic clock. */
	readonly wallOffsetMs: number;
	readonly #clock: Clock;

	constructor(clock: Clock) {
		const { wallMs, monotonicMs } = clockSampleOf(clock);
		this.#clock = clock;
		this.wallOffsetMs = wallMs - monotonicMs;
	}

	nowMs(): number {
		return this.#clock.monotonicMs() + this.wallOffsetMs;
	}
}

/** When the lens gave its newest frame, as far as looking ten times a second can tell. */
export class LensFrameMonitor {
	frames = 0;
	capturedMs = 0;
	readonly #count: () => number;
	readonly #live: LiveClock;
	#stop: (() => void) | null = null;

	constructor(live: LiveClock, count: () => number) {
		this.#live = live;
		this.#count = count;
	}

	/** Looks only while somebody watches. */
	setActive(clock: Clock, wanted: boolean): void {
		if (wanted === (this.#stop !== null)) return;
		this.#stop?.();
		this.#stop = null;
		if (!wanted) return;
		// Whether it stands still will be seen soon enough.
		this.frames = -1;
		this.#poll();
		this.#stop = clock.every(POLL_MS, () => {
			this.#poll();
		});
	}

	#poll(): void {
		const frames = this.#count();
		if (frames === this.frames) return;
		this.frames = frames;
		this.capturedMs = this.#live.nowMs();
	}
}
