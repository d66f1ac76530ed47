import type { Clock } from '#ports/device/clock.ts';

interface Timer {
	dueMs: number;
	readonly everyMs: number | null;
	readonly callback: () => void;
}

/** Everything that waits for a promise only has gone on, however many wait for each other. */
const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

/** Time that stands still until a test moves it. */
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

	/** Lets time pass: whatever falls due rings, in order, at its own moment. */
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

	/** Like `advance`, in steps, and lets promises go on between them. */
	async pass(ms: number, stepMs = 100): Promise<void> {
		for (let left = ms; left > 0; left -= stepMs) {
			this.advance(Math.min(stepMs, left));
			await turn();
		}
	}

	/** Sets the wall clock, as a person or a time server does. Forward is positive. */
	step(ms: number): void {
		this.#wallMs += ms;
	}

	/** Timers that wait. */
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
