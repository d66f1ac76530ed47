import { clockSampleOf } from '#domain/footage/clock-sample.ts';
import type { Clock } from '#ports/device/clock.ts';

const POLL_MS = 100;

/** The camera's clock for live pictures: wall time that never steps, or ages would jump (LV10). */
export class LiveClock {
	/** Add to monotonic ms to get live time. */
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

/** Capture time of the lens's newest frame, polled ten times a second. */
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

	/** Polls only while somebody watches. */
	setActive(clock: Clock, wanted: boolean): void {
		if (wanted === (this.#stop !== null)) return;
		this.#stop?.();
		this.#stop = null;
		if (!wanted) return;
		// Counts as a new frame; a lens that stalled is detected on the next polls.
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
