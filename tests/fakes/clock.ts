import type { Clock } from '#ports/device/clock.ts';
import { settled } from '../support/cryptography.ts';

interface Timer {
	dueMs: number;
	readonly everyMs: number | null;
	readonly callback: () => void;
}

/** Time that passes only when the test says so. */
export class ManualClock implements Clock {
	#wallMs: number;
	#monotonicMs = 1000;
	readonly #timers = new Set<Timer>();

	constructor(wallMs = 1_800_000_000_000) {
		this.#wallMs = wallMs;
	}

	wallMs(): number {
		return this.#wallMs;
	}

	monotonicMs(): number {
		return this.#monotonicMs;
	}

	every(ms: number, tick: () => void): () => void {
		return this.#add({ dueMs: this.#monotonicMs + ms, everyMs: ms, callback: tick });
	}

	after(ms: number, done: () => void): () => void {
		return this.#add({ dueMs: this.#monotonicMs + ms, everyMs: null, callback: done });
	}

	/** Lets time pass: timers fire in order, each at its own time. */
	advance(ms: number): void {
		const untilMs = this.#monotonicMs + ms;
		for (;;) {
			const due = [...this.#timers].filter(({ dueMs }) => dueMs <= untilMs);
			const next = due.sort((a, b) => a.dueMs - b.dueMs)[0];
			if (next === undefined) break;
			this.#moveTo(Math.max(next.dueMs, this.#monotonicMs));
			if (next.everyMs === null) this.#timers.delete(next);
			else next.dueMs += next.everyMs;
			next.callback();
		}
		this.#moveTo(untilMs);
	}

	/**
	 * Like `advance`, in steps, and lets promises settle before and between them, those of
	 * cryptography, too: else time could pass before the code under test has set its timer.
	 */
	async pass(ms: number, stepMs = 100): Promise<void> {
		await settled();
		for (let left = ms; left > 0; left -= stepMs) {
			this.advance(Math.min(stepMs, left));
			await settled();
		}
	}

	/** Sets the wall clock, as a user or a time server does. Positive is forward. */
	step(ms: number): void {
		this.#wallMs += ms;
	}

	/** Number of pending timers. */
	get waiting(): number {
		return this.#timers.size;
	}

	#add(timer: Timer): () => void {
		this.#timers.add(timer);
		return () => this.#timers.delete(timer);
	}

	#moveTo(monotonicMs: number): void {
		this.#wallMs += monotonicMs - this.#monotonicMs;
		this.#monotonicMs = monotonicMs;
	}
}
